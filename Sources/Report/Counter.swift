/// Something counted since the start.
public struct Counter: Equatable, Sendable {
    public var name: String
    public var value: Int

    public init(name: String, value: Int) {
        self.name = name
        self.value = value
    }

    /// The counters of the daemon, as the metrics explain them; those by cause are in `families`.
    public static let help: [(name: String, text: String)] = [
        // The media loop counts these; its `MediaCount` has the same names.
        ("capture_xruns", "Times the microphone's buffer ran over."),
        ("playback_xruns", "Times the speaker's buffer ran dry."),
        ("capture_reopens", "Times the microphone's stream stood still and was opened again."),
        ("playback_reopens", "Times the speaker's stream stood still and was opened again."),
        ("frames_captured", "Frames taken from the microphone."),
        ("frames_sent", "Frames encoded and sent, once for each channel or peer talked to."),
        ("frames_mixed", "Frames of peers that were played."),
        ("frames_lost", "Frames of peers that never arrived, or arrived far too late."),
        ("frames_recovered", "Frames of peers that came only as a copy in a later packet."),
        ("concealed_ms", "Sound concealed in place of lost frames."),
        ("stretched_ms", "Sound sped up or drawn out to keep the delay."),
        ("other_source", "Packets that came from another address than their peer's."),
        (
            "events_lost",
            "Events of the audio thread that were lost because a ring buffer was full."
        ),
        // The control loop counts these.
        ("handshakes", "Handshakes with peers that were completed."),
        ("handshakes_unsent", "Handshake datagrams that could not be sent."),
        (
            "handshake_initiations",
            "First messages of handshakes that the sender made for this station's key."
        ),
        ("cookies_sent", "Cookies sent in answer to first messages, under a flood of them."),
        ("half_open_evicted", "Handshakes of others given up to make room for newer ones."),
        ("discovery_beacons", "Beacons of this station sent on the LAN."),
        ("discovery_questions", "Questions for peers sent on the LAN."),
        ("discovery_received", "Datagrams of multicast DNS received."),
        ("discovery_sightings", "Beacons on the LAN that had the tag of a peer."),
        ("rendezvous_told", "Times a peer said at the broker where it can be called."),
        ("rendezvous_refused", "Messages at the broker that were old, or that no peer had sealed."),
        ("packets_sent", "Packets sent to all peers."),
        ("packets_opened", "Genuine packets of all peers."),
        ("callers_refused", "Programs turned away at the control socket."),
        ("requests_refused", "Lines at the control socket that were not a request."),
        ("events_untold", "Events that a watching program was too slow for."),
        ("levels_untold", "Readings of the meters that a watching program was too slow for."),
        (
            "journal_suppressed",
            "Events left out of the journal because there were too many of one kind."
        ),
        ("journal_lost", "Events that neither the journal nor standard error accepted."),
        ("history_lost", "Records of calls that could not be written."),
        ("history_set_aside", "Damaged lines of the history that were set aside."),
        ("hook_failed", "Events for which the on-event program was not run, or failed."),
        ("pairing_strangers", "Connections to a shown code by what is no station that pairs."),
        ("pairing_attempts_failed", "Attempts at a shown code without the code."),
    ]

    /// Counters by cause: the metrics make one family of them, with the cause as a label.
    public static let families: [(prefix: String, metric: String, help: String)] = [
        ("dropped_", "datagrams_dropped", "Datagrams, or their sound, that were not used."),
        ("handshake_dropped_", "handshakes_dropped", "Handshake datagrams that were not used."),
        (
            "discovery_dropped_", "discovery_dropped",
            "Datagrams of multicast DNS that were not used."
        ),
        ("unsent_", "packets_unsent", "Packets that could not be sent."),
    ]

    /// Whether it is one by cause.
    public var isByCause: Bool { Self.families.contains { name.hasPrefix($0.prefix) } }
}
