internal import Audio
internal import Media

/// What the control thread keeps for those who watch the meters.
struct MeterView {
    private var spectrum = Spectrum()
    private var low: Int16?
    private var high: Int16?
    /// Whether there is any sound in it.
    private(set) var hasHeard = false

    mutating func hear(_ block: SoundBlock) {
        hasHeard = true
        spectrum.add(block.samples.span.extracting(first: block.count))
        for index in 0..<block.count {
            let sample = block.samples[index]
            low = min(low ?? sample, sample)
            high = max(high ?? sample, sample)
        }
    }

    /// The level of each band in dBFS; to work it out takes some time.
    var bands: [Double] { spectrum.bands }

    /// The least and the greatest sample since the look before, -1 to 1.
    mutating func takeExtremes() -> (low: Double?, high: Double?) {
        defer { (low, high) = (nil, nil) }
        func part(_ sample: Int16) -> Double { Double(Int(sample) * 1000 / 32_768) / 1000 }
        return (low.map(part), high.map(part))
    }
}
