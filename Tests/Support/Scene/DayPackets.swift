import Audio
import Seeds

/// Opus packets of every profile for days at random: a quiet room, words, and noise.
struct DayPackets {
    let profile: Profile
    private(set) var payloads: [[UInt8]] = []

    static let all = Profile.allCases.map { DayPackets($0) }

    init(_ profile: Profile) {
        self.profile = profile
        guard var encoder = try? OpusEncoder(profile) else { return }
        let size = profile.settings.frameSamples
        let samples = Self.samples
        var bytes = [UInt8](repeating: 0, count: PCM.payloadMax)
        for start in stride(from: 0, to: samples.count - size, by: size) {
            let frame = samples.span.extracting(start..<start + size)
            var room = bytes.mutableSpan
            let count = encoder.encode(frame, into: &room)
            payloads.append(Array(bytes[0..<count]))
        }
    }

    /// A second of each.
    private static let samples: [Int16] = {
        var random = SplitMix64(seed: 5)
        let words = Speech(seconds: 1, pauses: false, seed: 9).samples
        let quiet = (0..<PCM.sampleRate).map { _ in Int16(random.unit() * 8 - 4) }
        let noise = (0..<PCM.sampleRate).map { _ in Int16(random.unit() * 800 - 400) }
        return quiet + words + noise
    }()
}
