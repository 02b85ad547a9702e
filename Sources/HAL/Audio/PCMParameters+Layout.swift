/// Converts samples between our form, 16 bits and one channel, and the card's.
///
/// Real-time: one pass, no allocation. Our 16 bits are the card's top ones, so a card of 24 or 32
/// bits loses its lowest bits on capture and gets zeros on playback.
extension PCMParameters {
    /// Whether the card has samples in our form, as most can.
    private var isOurs: Bool { format == .s16 && channels == 1 && 1.littleEndian == 1 }

    // Where the top two bytes of a sample lie.
    private var topOffset: Int { format == .s24 ? 1 : format.size - 2 }

    /// Fills part of `samples` from `card`, mixing two channels.
    func unpack(
        _ card: UnsafeRawPointer, into samples: inout MutableSpan<Int16>, at part: Range<Int>,
        _ mix: inout ChannelMix
    ) {
        if isOurs {
            var target = samples._mutatingExtracting(part)
            return unsafe target.withUnsafeMutableBytes { bytes in
                // SAFETY: the caller has `part.count` frames of two bytes at `card`.
                unsafe bytes.copyMemory(
                    from: UnsafeRawBufferPointer(start: card, count: bytes.count))
            }
        }
        let step = bytesPerFrame
        // SAFETY (all of these): the caller has `part.count` frames at `card`, and both bytes of
        // each load lie inside a frame.
        var left = unsafe card + topOffset
        for index in part {
            let sample = unsafe left.loadUnaligned(as: Int16.self)
            if channels == 1 {
                samples[index] = Int16(littleEndian: sample)
            } else {
                let other = unsafe (left + format.size).loadUnaligned(as: Int16.self)
                samples[index] = mix.one(
                    of: Int16(littleEndian: sample), Int16(littleEndian: other))
            }
            unsafe left += step
        }
        if channels == 2 { mix.weigh() }
    }

    /// Writes `samples` at `card`, to all channels alike.
    func pack(_ samples: Span<Int16>, into card: UnsafeMutableRawPointer) {
        if isOurs {
            return unsafe samples.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                // SAFETY: the caller has room for `samples.count` frames of two bytes at `card`.
                unsafe card.copyMemory(from: start, byteCount: bytes.count)
            }
        }
        // SAFETY (all of these): the caller has room for `samples.count` frames at `card`, and each
        // store lies inside one sample of one channel.
        var place = unsafe card
        for index in samples.indices {
            for _ in 0..<channels {
                let sample = samples[index]
                switch format {
                case .s16:
                    unsafe place.storeBytes(of: sample.littleEndian, as: Int16.self)
                case .s24:
                    unsafe place.storeBytes(of: (Int32(sample) << 8).littleEndian, as: Int32.self)
                case .s24Packed:
                    unsafe place.storeBytes(of: 0, as: UInt8.self)
                    unsafe (place + 1).storeBytes(of: sample.littleEndian, as: Int16.self)
                case .s32:
                    unsafe place.storeBytes(of: (Int32(sample) << 16).littleEndian, as: Int32.self)
                }
                unsafe place += format.size
            }
        }
    }
}
