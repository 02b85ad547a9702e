import Audio
import Realtime
import Testing
import Time

@testable import Media

@Suite struct VoiceSlotTests {
    func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    /// As many places, all taken; each was heard last at its own moment.
    func taken(lastPacketsMs: [Int]) throws -> FixedArray<VoiceSlot> {
        var slots = try FixedArray(count: lastPacketsMs.count) { (_) throws(OpusError) in
            VoiceSlot(voice: try Voice())
        }
        for place in slots.indices {
            slots[place].assign(to: .init(peer: place, stream: 0), at: at(0))
            slots[place].lastPacket = at(lastPacketsMs[place])
        }
        return slots
    }

    @Test func aFreePlaceIsTakenFirst() throws {
        var slots = try taken(lastPacketsMs: [0, 1000, 0])
        slots[1].owner = nil
        #expect(VoiceSlot.place(in: slots, at: at(5000)) == 1)
    }

    @Test func theVoiceSilentLongestGivesWay() throws {
        let slots = try taken(lastPacketsMs: [3000, 1000, 2000])
        #expect(VoiceSlot.place(in: slots, at: at(3100)) == 1)
    }

    @Test func nobodyWhoSpeaksGivesWay() throws {
        var slots = try taken(lastPacketsMs: [3000, 1000, 2700])
        slots[1].isSounding = true
        #expect(VoiceSlot.place(in: slots, at: at(3100)) == nil)
        #expect(VoiceSlot.place(in: slots, at: at(3200)) == 2)
    }

    /// Two seconds of frames come at once, of which 1.28 s fit: the newest are played, and what is
    /// skipped is told to the talker as not heard.
    @Test func ofABurstThatIsTooLongOnlyTheOldestIsSkippedAndNotHeard() throws {
        var slot = VoiceSlot(voice: try Voice())
        // CELT, 10 ms (RFC 6716, 3.1).
        let packet: [UInt8] = [0xF0, 0x7F, 0xFF, 0xFE]
        var block = Block(repeating: 0)
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
