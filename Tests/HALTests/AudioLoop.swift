import Foundation
import HAL

/// A small version of the media loop: waits for the descriptors, then moves the available samples.
enum AudioLoop {
    /// Long enough for a loaded machine; no test waits this long unless it fails.
    static let patience = 10.0
    /// Large periods, so that a stalled test machine causes no xrun of its own.
    static let calm = PCMParameters.Wanted(periodSamples: 2_400, periods: 6)

    /// Waits until the descriptor is readable, at most `seconds`; returns the events as epoll has
    /// them.
    ///
    /// The simulated card's descriptor is a timer, which is read in either direction.
    static func wait(for descriptor: PCMDescriptor, seconds: Int = 1) -> UInt32 {
        var readable = fd_set()
        unsafe withUnsafeMutableBytes(of: &readable) { bytes in
            unsafe bytes[Int(descriptor.fd) / 8] |= 1 << UInt8(descriptor.fd % 8)
        }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        return unsafe select(descriptor.fd + 1, &readable, nil, nil, &limit) > 0 ? 1 : 0
    }

    /// Reads `count` samples by periods, or until anything else than sound happens.
    static func read(_ count: Int, from capture: inout PCMDevice) -> ([Int16], PCMTransfer) {
        var heard: [Int16] = []
        let end = Date.now + patience
        while heard.count < count, Date.now < end {
            let wanted = min(count - heard.count, capture.granted.periodSamples)
            guard capture.available() >= wanted else {
                let events = wait(for: capture.descriptor(at: 0))
                _ = capture.isReady(at: 0, events: events)
                continue
            }
            var block = [Int16](repeating: 0, count: wanted)
            var span = block.mutableSpan
            switch capture.read(into: &span) {
            case .samples(let count): heard += block[..<count]
            case .wouldBlock: continue
            case let other: return (heard, other)
            }
        }
        return (heard, .samples(heard.count))
    }

    /// Reads until `said` has been heard, or the time is over; returns everything heard.
    ///
    /// On a loaded machine it takes a while until another program begins to play it.
    static func listen(for said: [Int16], on capture: inout PCMDevice) -> ([Int16], PCMTransfer) {
        var all: [Int16] = []
        let end = Date.now + patience
        while Date.now < end {
            let (heard, outcome) = read(4_800, from: &capture)
            all += heard
            if outcome != .samples(heard.count) { return (all, outcome) }
            // The sound may lie in two blocks.
            if Array(all.suffix(9_600 + said.count)).position(of: said) != nil { break }
        }
        return (all, .samples(all.count))
    }

    /// Writes all of `samples`, or until anything else than sound happens; returns the rest.
    static func write(
        _ samples: [Int16], to playback: inout PCMDevice
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
