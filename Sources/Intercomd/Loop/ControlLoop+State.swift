internal import Audio
internal import Config
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time
internal import Wire

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

/// What peers may do here.
extension ControlLoop {
    /// Tells the switchboard what peers may do and whether people want to be disturbed.
    mutating func consent() {
        var configured = [Policy](repeating: Policy(), count: PeerDirectory.capacity)
        for number in directory.numbers {
            configured[number] = Policy(config.policy(ofPeer: directory[number].name))
        }
        let signs = listenerSigns
        let availability: Availability = isDoNotDisturb ? .doNotDisturb : .open
        let isHalfDuplex = handsFree.isHalfDuplex
        feed { [configured, numbers = directory.numbers] board, table, now in
            for number in numbers {
                board.setMemberName(table.state(of: number)?.memberName, of: number)
            }
            let policies = board.policies(configured, signs, at: now)
            board.consent(to: policies, availability, isHalfDuplex: isHalfDuplex, at: now)
        }
    }

    /// What could tell people here that somebody listens.
    var listenerSigns: Consent.Signs {
        let output = devices.cards.output
        let isHeard = config.audio.volume != .mute && devices.silentSpeaker == nil
        return Consent.Signs(
            isSpeakerOpen: output.isOpen && switchboard.still[.playback] == nil,
            canBeep: output.isWanted && isHeard, hasTalkLamp: devices.lines.canShow(.talking))
    }
}

/// Why this station's own microphone gives nothing: its listeners hear silence, and cannot know.
extension ControlLoop {
    /// Follows the mixers of both cards.
    mutating func followMixers() {
        devices.followMixers(
            config.audio, soundAt: isCapturing ? microphoneSoundAt : nil, at: now)
        tellVolumes()
        feed { board, _, now in board.lookAtMicrophone(at: now) }
    }

    /// Tells the switchboard what the microphone's sound depends on.
    mutating func followMicrophone() {
        let facts = devices.microphoneFacts(isMuted: keeper.state.isMicrophoneMuted)
        let soundAt = microphoneSoundAt
        feed { board, _, now in board.follow(.microphone(facts, soundAt: soundAt), at: now) }
    }

    /// When more than a muted card gives came of the microphone last.
    private var microphoneSoundAt: Instant {
        Instant(nanoseconds: Int64(rings.counters[.microphoneSoundAt]))
    }
}
