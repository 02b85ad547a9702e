// The counters of the status as metrics: causes become labels, all others have a name of their own.

extension Status {
    func writeCounters(_ metrics: inout OpenMetrics) {
        for family in CounterFamily.allCases {
            let found = counters.filter { $0.family == family }
            guard !found.isEmpty else { continue }
            metrics.family(family.metric, .counter, family.help)
            for counter in found {
                let cause = String(counter.name.dropFirst(family.rawValue.count))
                metrics.sample(counter.value, [.init("cause", cause)])
            }
        }
        for counter in counters {
            // The xruns of the cards stand with the names of the cards.
            guard !counter.name.hasSuffix("_xruns"), counter.family == nil,
                Self.isMetric(counter.name)
            else { continue }
            // A newer daemon's counter is passed on without its text.
            let row = CounterName(rawValue: counter.name)
            let help = row?.help ?? "Counted since the daemon began."
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
