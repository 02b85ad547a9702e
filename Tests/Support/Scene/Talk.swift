import Audio

/// Opus packets of some speech.
public struct Talk: Sendable {
    public let payloads: [[UInt8]]
    /// Samples in each.
    public let frameSamples: Int
    /// Of each packet: how much of it is louder than -55 dBFS, 0...1.
    public let words: [Double]

    /// Packs `perPacket` frames of 10 ms, 1 or 2, into each packet (RFC 6716 §3.2.3: code 1).
    public init(_ speech: Speech, perPacket: Int = 1) throws {
        // Two frames can share a packet only where neither is padded: at this rate none is.
        var encoder = try OpusEncoder(bitrate: perPacket == 2 ? 96_000 : nil)
        var bytes = [UInt8](repeating: 0, count: 400)
        var frames: [[UInt8]] = []
        for i in 0..<speech.frameCount {
            var span = bytes.mutableSpan
            let frame = speech.frame(i)
            let count = encoder.encode(frame.span, into: &span)
            frames.append(Array(bytes[0..<count]))
        }
        frameSamples = 480 * perPacket
        let loud = (0..<speech.frameCount).map { speech.isLoud($0) ? 1.0 : 0.0 }
        words = stride(from: 0, through: loud.count - perPacket, by: perPacket).map { first in
            loud[first..<(first + perPacket)].reduce(0, +) / Double(perPacket)
        }
        guard perPacket == 2 else {
            payloads = frames
            return
        }
        var pairs: [[UInt8]] = []
        for i in stride(from: 0, to: frames.count - 1, by: 2) {
            let first = frames[i]
            // One table of contents serves both frames if they were coded in the same mode.
            let second = frames[i + 1][0] == first[0] ? frames[i + 1] : first
            pairs.append([first[0] | 1] + first.dropFirst() + second.dropFirst())
        }
        payloads = pairs
    }
}
