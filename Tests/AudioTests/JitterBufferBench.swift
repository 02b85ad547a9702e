import Audio
import Scene

/// Drives the buffer alone: packets of 40 bytes that claim to be 10 ms of Opus.
final class JitterBufferBench {
    var buffer: JitterBuffer
    var bytes = [UInt8](repeating: 0, count: 400)
    /// Configuration 14, hybrid full band, 10 ms, one frame (RFC 6716 §3.1).
    var payload = [UInt8](repeating: 14 << 3, count: 40)

    init(preset: JitterBuffer.Preset = .normal, delayMax: Duration = .milliseconds(240)) {
        buffer = JitterBuffer(preset: preset, delayMax: delayMax)
    }

    @discardableResult
    func insert(
        _ sequence: Int, at ms: Double, start: Bool = false, last: Bool = false, copy: Bool = false
    ) -> JitterBuffer.Insertion {
        payload[1] = UInt8(truncatingIfNeeded: sequence)
        return insertPayload(sequence, at: ms, start: start, last: last, copy: copy)
    }

    func insertPayload(
        _ sequence: Int = 0, at ms: Double = 0, start: Bool = false, last: Bool = false,
        copy: Bool = false
    ) -> JitterBuffer.Insertion {
        let payload = payload
        return buffer.insert(
            sequence: UInt16(truncatingIfNeeded: sequence), payload: payload.span,
            isSpurtStart: start, isLast: last, isCopy: copy, at: instant(ms))
    }

    var totals: ReceptionTotals { buffer.totals }
    var isActive: Bool { buffer.isActive }

    /// One block; the low byte of the sequence played, -1 for invented, nil for nothing.
    func pull(at ms: Double) -> Int? {
        buffer.tick(at: instant(ms))
        var span = bytes.mutableSpan
        switch buffer.next(into: &span, buffered: 0, at: instant(ms)) {
        case .play: return Int(bytes[1])
        case .conceal: return -1
        case .ended, .idle: return nil
        }
    }
}
