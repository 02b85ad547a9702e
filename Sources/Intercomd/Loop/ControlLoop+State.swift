internal import Audio
internal import Config
internal import Control
internal import Files
internal import HAL
internal import Media
internal import Presentation
internal import Station
internal import Time

/// Volumes, mutes and do-not-disturb.
extension ControlLoop {
    /// Writes what is due; do-not-disturb ends by itself, quiet hours begin and end.
    mutating func tickState() {
        if let fault = keeper.tick(at: now) { announce(Event(fault, at: wall)) }
        if keeper.state.isUndisturbedLongEnough(at: wall) {
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
        do throws(SavedState.UnknownName) {
            let change = try keeper.follow(
                request, among: routing.names, at: now, milliseconds: wall)
            guard let change else { return .state(stateNow) }
            announce(Event(change, at: wall))
            tellVolumes()
            // A call in the same moment must meet the new state.
            if case .doNotDisturb = change { consent() }
        } catch {
            return .refused(.unknown("peer or channel", error.name, known: error.known))
        }
        return .state(stateNow)
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
}
