/// Sends a tone through the codec and back, to check the library on this machine.
public enum CodecTrial {
    private static let hertz = 1_000
    private static let decibels = -18.0
    /// How many packets (20 ms or less each) the trial has, and how many of the last are judged.
    private static let frames = 40
    private static let judged = 20
    /// Even a poor codec keeps a larger share of a tone than this, and keeps the level within 1 dB.
    private static let purity = 0.95

    /// Encodes and decodes the tone.
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

/// Decides whether the neural network of libopus conceals lost sound.
public enum ConcealmentTrial {
    /// The most talkers whose lost sound it conceals.
    public static let voicesMax = 2

    private static let hertz = 150
    private static let rounds = 5
    /// Packets before each missing one.
    private static let packets = 6

    /// Whether libopus has a neural network, and this machine the time for it: half of the time of
    /// one of this station's blocks is enough for `voicesMax` talkers of any profile.
    ///
    /// - Parameters:
    ///   - own: The profile of this station.
    ///   - time: Processor time of the calling thread in ns.
    /// - Returns: Whether to use the network.
    public static func fits(_ own: Profile, time: () -> Int64) -> Bool {
        let most = PCM.duration(of: Int64(own.settings.blockSamples)) / (2 * voicesMax)
        let dearest = Profile.allCases.compactMap { cost($0, time: time) }.max()
        return dearest.map { $0 <= most } ?? false
    }

    /// Encodes a voice, and loses a packet now and then.
    ///
    /// - Parameters:
    ///   - profile: The settings of the codec.
    ///   - time: Processor time of the calling thread in ns.
    /// - Returns: The median time to conceal a missing packet; nil if libopus has no neural
    ///   network, so that the sound is the same with and without it.
    static func cost(_ profile: Profile, time: () -> Int64) -> Duration? {
        do throws(OpusError) {
            return try trial(profile, time)
        } catch { return nil }
    }

    private static func trial(_ profile: Profile, _ time: () -> Int64) throws(OpusError)
        -> Duration?
    {
        var encoder = try OpusEncoder(profile)
        var plain = try OpusDecoder()
        var neural = try OpusDecoder()
        neural.concealsNeurally = true
        let size = encoder.frameSamples
        var (one, other) = ([Int16](repeating: 0, count: size), [Int16](repeating: 0, count: size))
        var packet = [UInt8](repeating: 0, count: PCM.payloadMax)
        var costs: [Int64] = []
        for number in 0..<rounds * packets {
            let frame = voice(from: number * size, count: size)
            var room = packet.mutableSpan
            let count = encoder.encode(frame.span, into: &room)
            let bytes = packet.span.extracting(0..<count)
            let isLast = (number + 1).isMultiple(of: packets)
            decode(bytes, by: &plain, into: &one, isLast, time)
            let cost = decode(bytes, by: &neural, into: &other, isLast, time)
            guard let cost else { continue }
            costs.append(cost)
            if one == other { return nil }
        }
        costs.sort()
        return .nanoseconds(costs[costs.count / 2])
    }

    /// Decodes a packet; if it is the last before a missing one, conceals that, too.
    ///
    /// - Returns: The time to conceal; nil if no packet is missing.
    @discardableResult
    private static func decode(
        _ packet: Span<UInt8>, by decoder: inout OpusDecoder, into sound: inout [Int16],
        _ isLast: Bool, _ time: () -> Int64
    ) -> Int64? {
        let samples = sound.count
        var room = sound.mutableSpan
        _ = decoder.decode(packet, into: &room)
        guard isLast else { return nil }
        let begin = time()
        decoder.conceal(samples: samples, into: &room)
        return time() - begin
    }

    /// A tone with its harmonics, as of a voice.
    private static func voice(from first: Int, count: Int) -> [Int16] {
        (first..<first + count).map { sample in
            let turns = Double(sample * hertz % PCM.sampleRate) / Double(PCM.sampleRate)
            return Int16(
                (1...8).reduce(0.0) {
                    $0 + 3_000 * Sine.of(turns: turns * Double($1)) / Double($1)
                })
        }
    }
}
