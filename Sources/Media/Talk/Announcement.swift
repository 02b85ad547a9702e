package import Audio
package import Realtime

/// Sound from a file on its way to an aimed stream, with what the media loop needs to send it.
///
/// The control thread makes all of it, pushes into `sound`, and frees the box when it is back; the
/// media loop owns encoder and frames meanwhile.
package struct Announcement: ~Copyable {
    /// 0.6 s: the control thread fetches more every 20 ms.
    ///
    /// Both threads refer to it. The media loop's reference comes back in the box and ends on the
    /// control thread, so the ring is freed there whichever of the two ends last.
    package let sound = SPSCRing<SoundBlock>(capacity: 64)
    private var encoder: OpusEncoder
    private var frames = EncodedFrames()
    private var filling: FixedArray<Int16>
    private var filled = 0
    private var block = SoundBlock()
    private var taken = 0

    /// Blocks that were put in before the first frame is sent: what is read is late now and then.
    package static let ahead = 20

    package init(_ plan: MediaPlan) throws(OpusError) {
        encoder = try OpusEncoder(plan.profile, bitrate: plan.bitrate)
        filling = FixedArray(count: plan.sound.frameSamples) { _ in 0 }
    }

    /// The length of a frame.
    var frameSamples: Int { filling.count }

    /// Bytes of its packets' frames.
    var frameSize: Int { encoder.frameSize }

    /// The number of the next frame.
    var next: Int { frames.next }

    /// Fills one frame from the sound that has come; false while that is too little.
    mutating func fill() -> Bool {
        while filled < filling.count {
            if taken == block.count {
                guard let other = sound.pop() else { return false }
                block = other
                taken = 0
            }
            let count = min(block.count - taken, filling.count - filled)
            Self.copy(block, taken..<taken + count, into: &filling, at: filled)
            filled += count
            taken += count
        }
        return true
    }

    private static func copy(
        _ block: borrowing SoundBlock, _ range: Range<Int>,
        into filling: inout FixedArray<Int16>, at place: Int
    ) {
        let source = block.samples.span.extracting(range)
        var room = filling.mutableSpan(place..<place + range.count)
        for index in 0..<range.count { room[index] = source[index] }
    }

    /// Nothing more comes: the rest of the frame is silence.
    mutating func pad() {
        while filled < filling.count {
            filling[filled] = 0
            filled += 1
        }
    }

    /// Encodes the frame that is full, with packets of this size.
    mutating func encode(frameSize: Int) {
        precondition(filled == filling.count)
        if encoder.frameSize != frameSize {
            encoder.change(frameSize: frameSize)
            frames.begin(at: frames.next)
        }
        Self.append(filling, to: &frames, by: &encoder)
        filled = 0
    }

    private static func append(
        _ samples: borrowing FixedArray<Int16>, to frames: inout EncodedFrames,
        by encoder: inout OpusEncoder
    ) {
        frames.append(samples.span(0..<samples.count), by: &encoder)
    }

    /// Keeps the sound of the frame that was encoded last.
    func keepDecoy(in decoy: inout DecoySound) { decoy.keep(filling.span(filling.indices)) }

    /// Puts its frames in the place of the microphone's, and back again.
    mutating func exchange(_ other: inout EncodedFrames) { swap(&frames, &other) }
}
