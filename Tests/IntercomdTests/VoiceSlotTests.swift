import Audio
import Realtime
import Testing
import Time

@testable import Intercomd

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
            slots[place].take(.init(peer: place, stream: 0), at: at(0))
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
}
