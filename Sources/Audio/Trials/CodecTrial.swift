/// A tone through the codec and back, to see that the library on this machine does what it must.
public enum CodecTrial {
    private static let hertz = 1_000
    private static let decibels = -18.0
    /// Packets of 20 ms or less in the trial, and those at its end that are looked at.
    private static let frames = 40
    private static let judged = 20
    /// A codec of any quality leaves more of a tone than this, and its level within 1 dB.
    private static let purity = 0.95

    /// Encodes and decodes it.
    ///
    /// - Parameters:
    ///   - profile: The settings of the codec.
    ///   - gain: A factor on the sound before the encoder; anything but 1 must fail.
    /// - Returns: Whether a tone of the same level came back, and sound where a packet was missing.
    public static func holds(_ profile: Profile, gain: Float = 1) -> Bool {
        do throws(OpusError) {
            return try trial(profile, gain)
        } catch { return false }
    }

    private static func trial(_ profile: Profile, _ gain: Float) throws(OpusError) -> Bool {
        var encoder = try OpusEncoder(profile)
        var decoder = try OpusDecoder()
        let size = encoder.frameSamples
        var heard: [Int16] = []
        for number in 0..<frames {
            let frame = tone(from: number * size, count: size).map { Int16(Float($0) * gain) }
            var packet = [UInt8](repeating: 0, count: PCM.payloadMax)
            var room = packet.mutableSpan
            let count = encoder.encode(frame.span, into: &room)
            var sound = [Int16](repeating: 0, count: size)
            var soundRoom = sound.mutableSpan
            guard
                decoder.decode(packet.span.extracting(0..<count), into: &soundRoom) == size
            else { return false }
            if number >= frames - judged { heard += sound }
        }
        var concealed = [Int16](repeating: 0, count: size)
        var room = concealed.mutableSpan
        decoder.conceal(samples: size, into: &room)
        return isTone(heard) && Power.decibels(Power.mean(concealed.span)) > Float(decibels) - 20
    }

    private static func tone(from first: Int, count: Int) -> [Int16] {
        let peak = Decibels.ratio(decibels) * 32_767
        return (first..<first + count).map {
            Int16(peak * Sine.of(turns: turns($0)))
        }
    }

    private static func turns(_ sample: Int) -> Double {
        Double(sample * hertz % PCM.sampleRate) / Double(PCM.sampleRate)
    }

    /// Whether the sound is the tone, nearly as loud as it was, whatever its phase.
    private static func isTone(_ sound: [Int16]) -> Bool {
        var (real, imaginary, squares) = (0.0, 0.0, 0.0)
        for (place, sample) in sound.enumerated() {
            real += Double(sample) * Sine.of(turns: turns(place) + 0.25)
            imaginary += Double(sample) * Sine.of(turns: turns(place))
            squares += Double(sample) * Double(sample)
        }
        let power = 2 * (real * real + imaginary * imaginary) / Double(sound.count)
        let level = Decibels.level((2 * squares / Double(sound.count)).squareRoot() / 32_767)
        return power >= purity * squares && (level - decibels).magnitude < 1
    }
}
