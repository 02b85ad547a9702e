/// The media loop's counters and gauges; the raw value is the index in the table.
package enum MediaCount: Int, CaseIterable {
    // Gauges.
    /// Turns of the loop; the watchdog is fed only while they increase.
    case ticks
    /// Processor time of the media thread in ns.
    case cpuNanoseconds
    /// Heap calls of the media thread since it was ready; ~0 without the counting library.
    case heapCalls
    /// The microphone's level, in 0.1 dB below full scale.
    case microphoneLevel
    /// When the microphone last gave more than a muted card gives, in ns.
    case microphoneSoundAt
    /// The drift of each card and its possible error, in 0.001 ppm as Int64; ~0 while not known.
    case captureDrift, captureDriftError
    case playbackDrift, playbackDriftError
    /// The microphone's bit rate while it is open, in bits a second.
    case bitrate
    /// How much of the echo is cancelled, in 0.1 dB.
    case echoReduction
    /// `LevelMeter.Reading`, packed; and the number of clipped stretches.
    case microphoneMeter
    case microphoneClips
    case speakerMeter
    case speakerClips
    /// Speech above noise in 0.1 dB, plus 1; 0 while unknown.
    case signalToNoise

    // Sound.
    case captureXruns
    case playbackXruns
    /// Streams that stood still and were opened again.
    case captureReopens
    case playbackReopens
    case framesCaptured
    case framesSent
    /// Blocks of a voice that were mixed.
    case framesMixed
    /// Frames that never came, or far too late.
    case framesLost
    /// Frames that came only as a copy.
    case framesRecovered
    /// Milliseconds of sound concealed, and of sound left out or inserted to change the delay.
    case concealedMs
    case stretchedMs

    // Dropped datagrams, by cause.
    case droppedLength
    case droppedIndex
    case droppedCounter
    case droppedAuthentication
    case droppedReplay
    /// Packets that may have been delayed for longer than `SessionClock.freshFor`.
    case droppedStale
    /// Packets to be passed on that were passed on themselves.
    case droppedKind
    case droppedAudio
    case droppedUnbound
    case droppedIgnored
    case droppedNoSpeaker
    case droppedVoices
    case droppedRecords
    case droppedDuplicate
    case droppedLate
    case droppedTruncated
    case otherSource

    // Dropped on the way out.
    case unsentNoSession
    case unsentUnreachable
    case unsentSpent
    // Packets for the forwarder: passed on; not of a named peer, or for none that is up; more than
    // the peer's share.
    case forwarded
    case forwardRefused
    case forwardLimited
    /// Events lost because a ring buffer to the control thread was full.
    case eventsLost
    /// Packets missing in a recording, or for a replay, because the control thread did not take
    /// them in time.
    case recordingLost

    /// The name in `status --json` and the manual page; nil for gauges shown elsewhere.
    package var name: StaticString? {
        switch self {
        case .ticks, .cpuNanoseconds, .heapCalls, .microphoneLevel, .bitrate, .echoReduction: nil
        case .microphoneSoundAt: nil
        case .captureDrift, .captureDriftError, .playbackDrift, .playbackDriftError: nil
        case .microphoneMeter, .microphoneClips, .speakerMeter, .speakerClips: nil
        case .signalToNoise: nil
        case .captureXruns: "capture_xruns"
        case .playbackXruns: "playback_xruns"
        case .captureReopens: "capture_reopens"
        case .playbackReopens: "playback_reopens"
        case .framesCaptured: "frames_captured"
        case .framesSent: "frames_sent"
        case .framesMixed: "frames_mixed"
        case .framesLost: "frames_lost"
        case .framesRecovered: "frames_recovered"
        case .concealedMs: "concealed_ms"
        case .stretchedMs: "stretched_ms"
        case .droppedLength: "dropped_length"
        case .droppedIndex: "dropped_index"
        case .droppedCounter: "dropped_counter"
        case .droppedAuthentication: "dropped_authentication"
        case .droppedReplay: "dropped_replay"
        case .droppedStale: "dropped_stale"
        case .droppedKind: "dropped_kind"
        case .droppedAudio: "dropped_audio"
        case .droppedUnbound: "dropped_unbound"
        case .droppedIgnored: "dropped_ignored"
        case .droppedNoSpeaker: "dropped_no_speaker"
        case .droppedVoices: "dropped_voices"
        case .droppedRecords: "dropped_records"
        case .droppedDuplicate: "dropped_duplicate"
        case .droppedLate: "dropped_late"
        case .droppedTruncated: "dropped_truncated"
        case .otherSource: "other_source"
        case .unsentNoSession: "unsent_no_session"
        case .unsentUnreachable: "unsent_unreachable"
        case .unsentSpent: "unsent_spent"
        case .forwarded: "forwarded"
        case .forwardRefused: "forward_refused"
        case .forwardLimited: "forward_limited"
        case .eventsLost: "events_lost"
        case .recordingLost: "recording_lost"
        }
    }
}

/// The media loop's counters and gauges of one peer.
package enum PeerCount: Int, CaseIterable {
    /// Packets sealed on the current session.
    case sentOnCurrent
    /// All packets, since the start.
    case sent
    case opened
    case refused
    /// Packets of `refused` that were opened before, or are older than the replay window.
    case repeated
    /// Monotonic ns of the last packet sent, opened, refused; 0 before the first.
    case lastSent
    case lastOpened
    case lastRefused
    /// Playout of the peer's voice: delay in ms, jitter in 0.1 ms, loss in 1/256 of 2 s.
    case playoutDelay
    case jitter
    case loss
    /// Frames of the peer that came only as a copy.
    case recovered
    /// The level of the peer's sound: `LevelMeter.Reading`, packed.
    case meter
    /// Samples played of the peer's sound, and the milliseconds concealed.
    case playedSamples
    case concealedMs
    /// Why the peer's newest sound is not heard here, as on the wire, plus 256 times the stream;
    /// and when this was last so, 0 when the sound is heard.
    case unheardWhy
    case unheardAt
    /// Voices of the peer now; and when it last had several and lost one of them to another peer.
    case voices
    case crowdedAt
    /// Bytes with the headers of IP and UDP.
    case sentBytes
    case openedBytes
    /// Bytes of the peer that were passed on.
    case forwardedBytes
}
