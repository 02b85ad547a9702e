// The counters of the status as metrics: causes become labels, all others have a name of their own.

extension Status {
    private static let causes: [(prefix: String, family: String, help: String)] = [
        ("dropped_", "datagrams_dropped", "Datagrams, or their sound, that were not used."),
        ("handshake_dropped_", "handshakes_dropped", "Handshake datagrams that were not used."),
        ("unsent_", "packets_unsent", "Packets that could not be sent."),
    ]

    func writeCounters(_ metrics: inout OpenMetrics) {
        for (prefix, family, help) in Self.causes {
            let found = counters.filter { $0.name.hasPrefix(prefix) }
            guard !found.isEmpty else { continue }
            metrics.family(family, .counter, help)
            for counter in found {
                let cause = String(counter.name.dropFirst(prefix.count))
                metrics.sample(counter.value, [.init("cause", cause)])
            }
        }
        for counter in counters {
            // The xruns of the cards are told with their names.
            guard !counter.name.hasSuffix("_xruns"), Self.isName(counter.name),
                !Self.causes.contains(where: { counter.name.hasPrefix($0.prefix) })
            else { continue }
            if counter.name.hasSuffix("_ms") {
                let name = "\(counter.name.dropLast(3))_seconds"
                metrics.family(name, .counter, unit: "seconds", Self.help(for: counter.name))
                // The number is another program's: more than any clock counts is clamped.
                let most = Int.max / 1000
                metrics.sample(millionths: min(max(counter.value, -most), most) * 1000)
            } else {
                metrics.family(counter.name, .counter, Self.help(for: counter.name))
                metrics.sample(counter.value)
            }
        }
    }

    /// A newer daemon's counter is passed on, if it can be the name of a metric.
    private static func isName(_ name: String) -> Bool {
        !name.hasSuffix("_total") && !name.isEmpty
            && name.utf8.allSatisfy { 0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x5f }
    }

    private static func help(for name: String) -> String {
        switch name {
        case "frames_captured": "Frames taken from the microphone."
        case "frames_sent": "Frames encoded and sent, once for each channel or peer talked to."
        case "frames_mixed": "Frames of peers that were played."
        case "frames_lost": "Frames of peers that never came."
        case "frames_recovered": "Frames of peers that came only as a copy in a later packet."
        case "concealed_ms": "Sound made up for what did not come."
        case "stretched_ms": "Sound sped up or drawn out to keep the delay."
        case "capture_reopens": "Times the microphone's stream stood still and was opened again."
        case "playback_reopens": "Times the speaker's stream stood still and was opened again."
        case "other_source": "Packets that came from another address than the one before."
        case "packets_sent": "Packets sent to all peers."
        case "packets_opened": "Genuine packets of all peers."
        case "events_lost": "What the sound's thread had to tell and found no room for."
        case "handshakes": "Handshakes with peers that were completed."
        case "handshakes_unsent": "Handshake datagrams that could not be sent."
        case "callers_refused": "Programs turned away at the control socket."
        case "requests_refused": "Lines at the control socket that were no request."
        case "events_untold": "Events that a watching program was too slow for."
        case "levels_untold": "Looks at the meters that a watching program was too slow for."
        case "journal_suppressed": "Events left out of the journal, too many of their kind."
        case "journal_lost": "Events that neither journal nor standard error took."
        default: "Counted since the daemon began."
        }
    }
}
