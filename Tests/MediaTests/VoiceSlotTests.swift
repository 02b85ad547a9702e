import Audio
import Testing
import Time

@testable import Media

@Suite struct VoiceSlotTests {
    /// Two seconds of frames come at once, of which 1.28 s fit: the newest are played, and what is
    /// skipped is told to the talker as not heard.
    @Test func ofABurstThatIsTooLongOnlyTheOldestIsSkippedAndNotHeard() throws {
        var slot = VoiceSlot(voice: try Voice())
        // CELT, 10 ms (RFC 6716, 3.1).
        let packet: [UInt8] = [0xF0, 0x7F, 0xFF, 0xFE]
        var room = Block(repeating: 0)
        var block = room.mutableSpan
        func insert(_ number: Int, atMs moment: Int, _ slot: inout VoiceSlot) {
            slot.voice.insert(
                sequence: UInt16(number), payload: packet.span, isSpurtStart: false,
                isLast: false, at: at(moment))
        }
        for number in 0..<300 {
            if number < 100 { insert(number, atMs: number * 10, &slot) }
            _ = slot.voice.pull(into: &block, at: at(number * 10))
        }
        _ = slot.newReport(at: at(2_990))
        for number in 100..<300 { insert(number, atMs: 3_000, &slot) }
        for number in 300..<310 { _ = slot.voice.pull(into: &block, at: at(number * 10)) }
        let totals = slot.voice.totals
        #expect(totals.restarts == 0)
        #expect((720...850).contains(totals.skippedMs), "\(totals)")
        let report = slot.newReport(at: at(3_100))
        #expect(report.received == 200)
        #expect(UInt64(report.concealedMs) >= totals.skippedMs)
    }
}
