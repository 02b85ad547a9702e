/// Text in the OpenMetrics format 1.0, one metric family after another.
///
/// Only counters, and gauges where the format has richer types: the older text format of
/// Prometheus, which files for its node_exporter are read as, knows no `info` and no `stateset`.
struct OpenMetrics {
    enum Kind: String { case counter, gauge }

    struct Label {
        let name: StaticString
        let value: String

        init(_ name: StaticString, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    private(set) var text = ""
    /// The name of each sample of the family, and what kind of number it has.
    private var family = ""
    private var kind = Kind.gauge

    /// Begins a family; its name ends with its unit, if it has one.
    mutating func family(
        _ name: String, _ kind: Kind, unit: StaticString? = nil, _ help: String
    ) {
        if let unit { precondition(name.hasSuffix("_\(unit.description)")) }
        precondition(!name.hasSuffix("_total"))
        text += "# HELP intercom_\(name) \(Self.escaped(help))\n"
        text += "# TYPE intercom_\(name) \(kind.rawValue)\n"
        if let unit { text += "# UNIT intercom_\(name) \(unit.description)\n" }
        family = "intercom_\(name)"
        self.kind = kind
    }

    mutating func sample(_ value: Int, _ labels: [Label] = []) { sample("\(value)", labels) }

    mutating func sample(_ value: Bool, _ labels: [Label] = []) {
        sample(value ? "1" : "0", labels)
    }

    /// A number in millionths, such as seconds of which microseconds are known.
    mutating func sample(millionths: Int, _ labels: [Label] = []) {
        let magnitude = millionths.magnitude
        var fraction = "\(magnitude % 1_000_000 + 1_000_000)".dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        let sign = millionths < 0 ? "-" : ""
        let point = fraction.isEmpty ? "" : "."
        sample("\(sign)\(magnitude / 1_000_000)\(point)\(fraction)", labels)
    }

    /// One sample for each state there is: 1 for that which is, 0 for the others.
    mutating func states<State: CaseIterable & RawRepresentable<String>>(
        _ now: State, _ labels: [Label]
    ) {
        for state in State.allCases {
            sample(state.rawValue == now.rawValue, labels + [Label("state", state.rawValue)])
        }
    }

    /// The whole text; nothing may come after its last line.
    consuming func finish() -> String { text + "# EOF\n" }

    private mutating func sample(_ value: String, _ labels: [Label]) {
        text += kind == .counter ? "\(family)_total" : family
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name.description)=\"\(Self.escaped($0.value))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\"": result.append(contentsOf: "\\\"".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            // A daemon that was taken over must not control the terminal.
            default: result.append(contentsOf: String(scalar).visible.unicodeScalars)
            }
        }
        return String(result)
    }
}

extension Status {
    /// The status as OpenMetrics text: what `intercomctl metrics` prints.
    ///
    /// The names are an interface, listed in intercomctl(1). An unknown value has no sample.
    public var openMetrics: String {
        var metrics = OpenMetrics()
        writeStation(&metrics)
        writeDevices(&metrics)
        writePeers(&metrics)
        writeCounters(&metrics)
        return metrics.finish()
    }

    private func writeStation(_ metrics: inout OpenMetrics) {
        metrics.family("build_info", .gauge, "The version of the daemon and the station's name.")
        metrics.sample(1, [.init("version", version), .init("station", name)])
        metrics.family("uptime_seconds", .gauge, unit: "seconds", "Time since the daemon began.")
        metrics.sample(uptimeSeconds)
        metrics.family("problems", .gauge, "Problems; see intercomctl status.")
        metrics.sample(problems.count)
        metrics.family("notes", .gauge, "Advice; see intercomctl status.")
        metrics.sample(notes.count)
        metrics.family("realtime", .gauge, "Whether the audio thread has real-time priority.")
        metrics.sample(isRealtime)
        metrics.family("memory_locked", .gauge, "Whether the daemon's memory is locked in RAM.")
        metrics.sample(isMemoryLocked)
        metrics.family("microphone_open", .gauge, "Whether the microphone is open.")
        metrics.sample(microphone.isOpen)
        level(&metrics, "microphone", microphone.meter)
        level(&metrics, "speaker", speaker)
        if let snr = microphone.snrDB, snr.isFinite, snr.magnitude < 1e6 {
            metrics.family("microphone_snr_decibels", .gauge, "Speech above noise.")
            metrics.sample(millionths: Int(snr * 1e6))
        }
        metrics.family(
            "media_cpu_seconds", .counter, unit: "seconds", "Processor time of the audio thread.")
        metrics.sample(millionths: media.cpuNanoseconds / 1000)
        metrics.family("media_periods", .counter, "Periods of sound that were served.")
        metrics.sample(media.periods)
        if let heapCalls = media.heapCalls {
            metrics.family("media_heap_calls", .counter, "Allocations of the audio thread.")
            metrics.sample(heapCalls)
        }
    }

    private func level(_ metrics: inout OpenMetrics, _ side: String, _ meter: Meter) {
        metrics.family("\(side)_clips", .counter, "How often the sound was clipped.")
        metrics.sample(meter.clips)
        for (name, number) in [("peak", meter.peakDBFS), ("rms", meter.rmsDBFS)] {
            guard let number, number.isFinite, number.magnitude < 1e6 else { continue }
            metrics.family("\(side)_\(name)_dbfs", .gauge, "Relative to full scale, in decibels.")
            metrics.sample(millionths: Int(number * 1e6))
        }
    }

    private func writeDevices(_ metrics: inout OpenMetrics) {
        let sides = [("input", audio.input), ("output", audio.output)]
        metrics.family("device_state", .gauge, "1 for the state of a sound card's side.")
        for (side, device) in sides {
            metrics.states(device.state, [.init("side", side), .init("device", device.name)])
        }
        metrics.family("device_xruns", .counter, "How often sound was lost at a card.")
        for (side, device) in sides {
            metrics.sample(
                device.xruns, [.init("side", side), .init("device", device.name)])
        }
        states(&metrics, "button", buttons.map { ($0.name, $0.state) })
        states(&metrics, "lamp", lamps.map { ($0.name, $0.state) })
        states(&metrics, "relay", relays.map { ($0.name, $0.state) })
        if !channels.isEmpty {
            metrics.family("channel_talking", .gauge, "Whether this station talks to a channel.")
            for channel in channels {
                metrics.sample(channel.isTalking, [.init("channel", channel.name)])
            }
        }
    }

    /// The family of the states of what has a name; none where there is nothing of the kind.
    private func states<State: CaseIterable & RawRepresentable<String>>(
        _ metrics: inout OpenMetrics, _ kind: StaticString, _ found: [(name: String, now: State)]
    ) {
        guard !found.isEmpty else { return }
        let word = kind.description
        metrics.family("\(word)_state", .gauge, "1 for the state of a \(word).")
        for one in found { metrics.states(one.now, [.init(kind, one.name)]) }
    }

    private func writePeers(_ metrics: inout OpenMetrics) {
        metrics.family("peers", .gauge, "How many peers are configured.")
        metrics.sample(peers.count)
        guard !peers.isEmpty else { return }
        states(&metrics, "peer", peers.map { ($0.name, $0.state) })
        metrics.family("peer_talking", .gauge, "Whether a peer is heard now.")
        for peer in peers { metrics.sample(peer.isTalking, [.init("peer", peer.name)]) }
        metrics.family("peer_psk", .gauge, "Whether a peer has a pre-shared key.")
        for peer in peers { metrics.sample(peer.hasPSK, [.init("peer", peer.name)]) }
        let seconds = 1e6
        let milliseconds = 1e3
        let percent = 1e4
        gauge(
            &metrics, "peer_heard_age_seconds", "Time since the last packet of a peer.", seconds
        ) { $0.heardAgeSeconds }
        gauge(
            &metrics, "peer_session_age_seconds", "Time since a peer's session began.", seconds
        ) { $0.sessionAgeSeconds }
        gauge(&metrics, "peer_rtt_seconds", "Round trip to a peer.", milliseconds) {
            $0.rttMilliseconds
        }
        gauge(&metrics, "peer_jitter_seconds", "Jitter of a peer's packets.", milliseconds) {
            $0.jitterMilliseconds
        }
        gauge(
            &metrics, "peer_playout_delay_seconds", "How long a peer's voice waits here.",
            milliseconds
        ) {
            $0.bufferMilliseconds
        }
        gauge(
            &metrics, "peer_loss_ratio", "Share of a peer's frames that were lost lately.", percent
        ) {
            $0.lossPercent
        }
        gauge(
            &metrics, "peer_concealed_ratio", "Share of a peer's voice that was concealed.", percent
        ) {
            $0.concealedPercent
        }
        gauge(
            &metrics, "peer_delay_seconds", "Delay of a peer's voice, mouth to ear.", milliseconds
        ) {
            $0.quality.delayMilliseconds
        }
        gauge(&metrics, "peer_mos", "Quality of a peer's voice, 1 to 4.4.", seconds) {
            $0.quality.mos
        }
        counter(&metrics, "peer_bytes_sent", "Bytes sent to a peer, with headers.") { $0.bytesSent }
        counter(&metrics, "peer_bytes_opened", "Bytes of a peer that were genuine.") {
            $0.bytesOpened
        }
        counter(&metrics, "peer_packets_sent", "Packets sent to a peer.") { $0.packetsSent }
        counter(&metrics, "peer_packets_opened", "Packets of a peer that were genuine.") {
            $0.packetsOpened
        }
        counter(
            &metrics, "peer_packets_refused",
            "Packets for a peer's session that were forged or repeated."
        ) { $0.packetsRefused }
        counter(&metrics, "peer_claims_refused", "Requests of a peer that the policy denies.") {
            $0.claimsRefused
        }
    }

    /// A family of those peers of which the number is known; one of it is so many millionths.
    private func gauge(
        _ metrics: inout OpenMetrics, _ name: String, _ help: String, _ millionths: Double,
        _ number: (PeerStatus) -> Double?
    ) {
        let unit: StaticString? =
            name.hasSuffix("_ratio") ? "ratio" : name.hasSuffix("_seconds") ? "seconds" : nil
        metrics.family(name, .gauge, unit: unit, help)
        for peer in peers {
            guard let number = number(peer), number.isFinite, number.magnitude < 1e12 else {
                continue
            }
            metrics.sample(
                millionths: Int(number * millionths), [.init("peer", peer.name)])
        }
    }

    private func counter(
        _ metrics: inout OpenMetrics, _ name: String, _ help: String,
        _ number: (PeerStatus) -> Int
    ) {
        metrics.family(name, .counter, help)
        for peer in peers { metrics.sample(number(peer), [.init("peer", peer.name)]) }
    }
}

// The counters of the status as metrics: causes become labels, all others have a name of their own.

extension Status {
    func writeCounters(_ metrics: inout OpenMetrics) {
        for family in Counter.families {
            let found = counters.filter { $0.name.hasPrefix(family.prefix) }
            guard !found.isEmpty else { continue }
            metrics.family(family.metric, .counter, family.help)
            for counter in found {
                let cause = String(counter.name.dropFirst(family.prefix.count))
                metrics.sample(counter.value, [.init("cause", cause)])
            }
        }
        for counter in counters {
            // The xruns of the cards stand with the names of the cards.
            guard !counter.name.hasSuffix("_xruns"), !counter.isByCause,
                Self.isMetric(counter.name)
            else { continue }
            // A newer daemon's counter is passed on without its text.
            let row = Counter.help.first { $0.name == counter.name }
            let help = row?.text ?? "Counted since the daemon began."
            if counter.name.hasSuffix("_ms") {
                let name = "\(counter.name.dropLast(3))_seconds"
                metrics.family(name, .counter, unit: "seconds", help)
                // The number is another program's: more than any clock counts is clamped.
                let most = Int.max / 1000
                metrics.sample(millionths: min(max(counter.value, -most), most) * 1000)
            } else {
                metrics.family(counter.name, .counter, help)
                metrics.sample(counter.value)
            }
        }
    }

    /// Whether a name can be that of a metric.
    private static func isMetric(_ name: String) -> Bool {
        !name.hasSuffix("_total") && !name.isEmpty
            && name.utf8.allSatisfy { 0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x5f }
    }
}
