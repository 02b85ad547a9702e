import Foundation
import HAL

/// A small loop as the media loop is: waits for the descriptors, then moves what can be moved.
enum AudioLoop {
    /// Long enough for a loaded machine; no test waits this long unless it fails.
    static let patience = 10.0
    /// Large periods, so that a stalled test machine causes no xrun of its own.
    static let calm = PCMRequest(periodSamples: 2_400, periods: 6)

    /// Waits until the descriptor wants service, at most `seconds`.
    static func wait(for descriptor: PCMDescriptor, seconds: Double = 1) -> UInt32 {
        var entry = pollfd()
        entry.fd = descriptor.fd
        entry.events = Int16(truncatingIfNeeded: descriptor.events)
        guard unsafe poll(&entry, 1, Int32(seconds * 1_000)) > 0 else { return 0 }
        return UInt32(UInt16(bitPattern: entry.revents))
    }

    /// Reads until `count` samples are there or something else than sound happens.
    static func read(_ count: Int, from capture: inout CapturePCM) -> ([Int16], PCMTransfer) {
        var heard: [Int16] = []
        var block = [Int16](repeating: 0, count: capture.granted.periodSamples)
        let end = Date.now + patience
        while heard.count < count, Date.now < end {
            var span = block.mutableSpan
            switch capture.read(into: &span) {
            case .samples(let count): heard += block[..<count]
            case .wouldBlock:
                let events = wait(for: capture.descriptor(at: 0))
                _ = capture.isReady(at: 0, events: events)
            case let other: return (heard, other)
            }
        }
        return (heard, .samples(heard.count))
    }

    /// Writes all of `samples`, or until something else than sound happens; what is left.
    static func write(
        _ samples: [Int16], to playback: inout PlaybackPCM
    ) -> (ArraySlice<Int16>, PCMTransfer) {
        var rest = samples[...]
        let end = Date.now + patience
        while !rest.isEmpty, Date.now < end {
            switch playback.write(rest.span) {
            case .samples(let count): rest = rest.dropFirst(count)
            case .wouldBlock:
                let events = wait(for: playback.descriptor(at: 0))
                _ = playback.isReady(at: 0, events: events)
            case let other: return (rest, other)
            }
        }
        return (rest, .samples(samples.count - rest.count))
    }
}
