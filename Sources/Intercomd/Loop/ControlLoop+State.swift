internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Station
internal import Storage
internal import Switchboard
internal import Time

/// Volumes, mutes and do-not-disturb.
extension ControlLoop {
    /// Writes what is due; do-not-disturb ends by itself, quiet hours begin and end.
    mutating func tickState() {
        tellFault(keeper.tick(at: now))
        if keeper.state.isUndisturbedLongEnough(at: Int(Clock.wallMilliseconds())) {
            _ = answer(.doNotDisturb(isOn: false, seconds: nil))
        }
        tellVolumes()
    }

    /// Whether the configuration wants silence at this time of day.
    var isQuietTime: Bool {
        guard let hours = config.quiet.hours,
            let time = LocalTime(milliseconds: Clock.wallMilliseconds())
        else { return false }
        return hours.contains(minute: time.minuteOfDay)
    }

    /// Whether nobody but an emergency may disturb now.
    var isDoNotDisturb: Bool { keeper.state.doNotDisturb.isOn || isQuietTime }

    /// Does what was asked of the state.
    ///
    /// - Returns: what it is now.
    mutating func answer(_ request: StateRequest) -> Reply {
        do throws(ControlError) {
            let change = try keeper.follow(
                request, among: routing.names, at: now,
                milliseconds: Int(Clock.wallMilliseconds()))
            if let change { follow(change) }
        } catch { return .refused(error) }
        return .state(stateNow)
    }

    private mutating func follow(_ change: SavedState.Change) {
        announce(Event(change, at: Int(Clock.wallMilliseconds())))
        tellVolumes()
        // Who calls in the same moment is to meet it.
        if case .doNotDisturb = change { consent() }
    }

    /// What a person has set, and whether quiet hours are on.
    var stateNow: SavedState {
        var state = keeper.state
        state.isQuietTime = isQuietTime
        return state
    }

    /// Tells the media loop, where something about it has changed.
    mutating func tellVolumes() {
        followMicrophone()
        let volumes = MediaVolumes(
            stateNow, names, isCardMuted: devices.silentSpeaker != nil,
            isMicrophoneSilent: switchboard.microphoneSilence != nil)
        devices.tell(volumes, rings)
    }

    mutating func tellFault(_ notice: StateKeeper.Notice?) {
        guard let notice else { return }
        let text =
            switch notice {
            case .damaged(let reason): reason
            case .failed(let reason): "state: \(reason); kept in memory, and tried again"
            case .writtenAgain: "state: written again"
            }
        tell(.stateFault, detail: text)
    }
}
