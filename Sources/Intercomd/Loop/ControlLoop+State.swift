internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Station
internal import Switchboard
internal import Time

/// Volumes, mutes and do-not-disturb.
extension ControlLoop {
    /// Writes what is due; do-not-disturb ends by itself, quiet hours begin and end.
    mutating func tickState() {
        tellFault(keeper.tick(at: now))
        if let until = keeper.state.doNotDisturb.untilMilliseconds,
            Int(Clock.wallMilliseconds()) >= until
        {
            setDoNotDisturb(false, seconds: nil)
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
        switch request {
        case .show: break
        case .volume(let kind, .to(let percent)): setVolume(kind, percent)
        case .volume(let kind, .by(let step)): setVolume(kind, keeper.state.volumes[kind] + step)
        case .mute(let what, let isOn):
            guard setMute(what, isOn) else {
                let known = (["mic", "speaker"] + routing.names).joined(separator: ", ")
                return .refused(
                    ControlError(.unknownTarget, "nothing here is called \(what): \(known)"))
            }
        case .doNotDisturb(let isOn, let seconds): setDoNotDisturb(isOn, seconds: seconds)
        }
        return .state(stateNow)
    }

    /// What a person has set, and whether quiet hours are on.
    var stateNow: SavedState {
        var state = keeper.state
        state.isQuietTime = isQuietTime
        return state
    }

    mutating func setVolume(_ kind: SavedState.Volumes.Kind, _ percent: Int) {
        let percent = min(max(percent, 0), 100)
        guard keeper.change(at: now, { $0.volumes[kind] = percent }) else { return }
        tellVolumes()
        tell(.volume, target: kind.rawValue, detail: "\(percent)%")
    }

    /// Mutes "mic", "speaker", a peer or a channel; false when there is none of this name.
    mutating func setMute(_ what: String, _ isOn: Bool) -> Bool {
        // A name that is gone can still be forgotten.
        guard
            ["mic", "speaker"].contains(what) || routing.names.contains(what)
                || (!isOn && keeper.state.muted.contains(what))
        else { return false }
        let isChange = keeper.change(at: now) { state in
            switch what {
            case "mic": state.isMicrophoneMuted = isOn
            case "speaker": state.isSpeakerMuted = isOn
            default:
                state.muted.removeAll { $0 == what }
                if isOn { state.muted.append(what) }
            }
        }
        guard isChange else { return true }
        tellVolumes()
        tell(.mute, target: what, detail: isOn ? "on" : "off")
        return true
    }

    /// Turns do-not-disturb on, for so many seconds or until it is turned off, or off.
    mutating func setDoNotDisturb(_ isOn: Bool, seconds: Int?) {
        let until = isOn ? seconds.map { Int(Clock.wallMilliseconds()) + $0 * 1000 } : nil
        let isChange = keeper.change(at: now) {
            $0.doNotDisturb.isOn = isOn
            $0.doNotDisturb.untilMilliseconds = until
        }
        guard isChange else { return }
        let length = seconds.map { " for \($0) s" } ?? ""
        tell(.dnd, detail: isOn ? "on\(length)" : "off")
        // Who calls in the same moment is to meet it.
        consent()
    }

    /// Tells the media loop, where something about it has changed.
    mutating func tellVolumes() {
        followMicrophone()
        let state = keeper.state
        var volumes = MediaVolumes()
        volumes.speaker =
            state.isSpeakerMuted ? .muted : Gain(percent: state.volumes.speaker)
        volumes.isSpeakerMuted = state.isSpeakerMuted
        volumes.isCardMuted = devices.silentSpeaker != nil
        let ring = isQuietTime ? min(state.volumes.ring, config.quiet.ring) : state.volumes.ring
        volumes.ring = Gain(percent: ring)
        volumes.tones = Gain(percent: state.volumes.tones)
        volumes.page = Gain(percent: state.volumes.page)
        volumes.isMicrophoneMuted = state.isMicrophoneMuted
        volumes.isMicrophoneSilent = switchboard.microphoneSilence != nil
        for number in roster.numbers where state.muted.contains(roster[number].name) {
            volumes.mutedPeers.insert(number)
        }
        for (place, channel) in config.channels.enumerated()
        where state.muted.contains(channel.name) && routing.channels.indices.contains(place) {
            volumes.mutedChannels |= 1 << UInt32(routing.channels[place].number)
        }
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
