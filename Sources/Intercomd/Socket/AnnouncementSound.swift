internal import Audio
internal import Media

/// The bytes of an announcement, cut into blocks of samples.
///
/// Silence comes before them, in which the listeners hear the tone of a page.
struct AnnouncementSound {
    /// The tone of a page takes 0.64 s.
    static let leadSamples = 33_600
    private static let bytesMax = 2 * PCM.frameSamples

    /// Bytes that are still to come.
    private var left: Int
    /// The first of the sound: before that is here, nothing of it begins.
    private var first: SoundBlock?
    /// A byte whose other half has not come.
    private var half: UInt8?
    /// Samples of silence that are still to be given.
    private var silence = leadSamples

    init(samples: Int) { left = samples * 2 }

    /// Everything was given.
    var isOver: Bool { left == 0 && silence == 0 && first == nil }

    /// The next block.
    ///
    /// - Parameter read: Fills the room with bytes, and returns how many; nil when there are none.
    /// - Returns: nil when nothing came.
    mutating func next(_ read: (inout MutableSpan<UInt8>) -> Int?) -> SoundBlock? {
        guard silence > 0 else {
            defer { first = nil }
            return first ?? block(read)
        }
        first = first ?? block(read)
        guard first != nil else { return nil }
        var block = SoundBlock()
        block.count = min(PCM.frameSamples, silence)
        silence -= block.count
        return block
    }

    private mutating func block(_ read: (inout MutableSpan<UInt8>) -> Int?) -> SoundBlock? {
        var block = SoundBlock()
        var bytes = InlineArray<960, UInt8>(repeating: 0)
        var start = 0
        if let half {
            bytes[0] = half
            start = 1
        }
        let wanted = min(Self.bytesMax, left + start)
        guard wanted > start else { return nil }
        var room = bytes.mutableSpan
        var rest = room._mutatingExtracting(start..<wanted)
        guard let count = read(&rest), count > 0 else { return nil }
        left -= count
        let filled = start + count
        block.count = filled / 2
        for index in 0..<block.count {
            let value = UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8
            block.samples[index] = Int16(bitPattern: value)
        }
        half = filled % 2 == 1 ? bytes[filled - 1] : nil
        return block
    }
}
