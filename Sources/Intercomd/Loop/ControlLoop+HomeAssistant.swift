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
        var state = homeAssistantState
        while let request = homeAssistant.nextRequest(in: state, at: now) {
            _ = answer(request, by: .homeAssistant)
            state = homeAssistantState
        }
        guard homeAssistant.isConnected else { return }
        homeAssistant.show(state, at: now) { snapshot().problems.first?.sentence }
    }

    /// The state as Home Assistant sees it, without the problem.
    private var homeAssistantState: HomeAssistant.State {
        let board = switchboard
        var state = HomeAssistant.State()
        state.name = config.station.name
        (state.isTalking, state.isHearing) = (board.openTalks.isAny, board.voices.isAny)
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
