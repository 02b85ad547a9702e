internal import Config
internal import Crypto
internal import Files
internal import Report
internal import Station
internal import Time

/// Home Assistant, through a broker.
extension ControlLoop {
    /// Carries out the requests of Home Assistant, and shows it the state.
    mutating func followHomeAssistant() {
        guard let homeAssistant else { return }
        while let request = homeAssistant.nextRequest() {
            _ = answer(request, by: Asker(name: "home assistant"))
        }
        guard homeAssistant.isConnected else { return }
        homeAssistant.show(homeAssistantState, at: now) { snapshot().problems.first?.sentence }
    }

    /// The state as Home Assistant sees it, without the problem.
    private var homeAssistantState: HomeAssistant.State {
        let board = switchboard
        var state = HomeAssistant.State()
        state.name = config.station.name
        state.isTalking = !board.openTalks.talks.isEmpty
        state.isHearing = directory.numbers.contains { board.voices.isHeard($0) }
        if let (_, call) = board.call { state.call = CallStatus.State(call) }
        state.callPeers = board.participants.map { directory[$0].name }
        (state.isUndisturbed, state.isQuietTime) = (keeper.state.doNotDisturb.isOn, isQuietTime)
        state.peers = directory.numbers.filter { !directory[$0].isRevoked }.map {
            HomeAssistant.State.Peer(
                publicKey: directory.key(of: $0), name: directory[$0].name,
                isUp: board.presence.reach(of: $0) == .up)
        }
        return state
    }
}
