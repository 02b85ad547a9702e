import Audio
import Crypto
import Testing
import Time
import Wire

@testable import Intercomd
@testable import Media

/// A replay that expectations can ask.
private final class Kept {
    private var replay = Replay()

    var keep: Duration? { replay.keep }

    func configure(keep: Duration?) { replay.configure(keep: keep) }

    func take(_ packet: KeptPacket, _ heard: KeptPacket.Recorded) { replay.take(packet, heard) }

    func tick(at now: Instant) { replay.tick(at: now) }

    func isHearing(at now: Instant) -> Bool { replay.isHearing(at: now) }

    func next(of peer: Int?, at now: Instant) -> Replay.Talkspurt? {
        replay.next(of: peer, at: now)
    }

    /// The bytes of its memory.
    var bytes: [UInt8] {
        func copy(_ replay: borrowing Replay) -> [UInt8] {
            let span = replay.memory.bytes
            return span.indices.map { span[$0] }
        }
        return copy(replay)
    }
}

/// What was heard stays for its time and within its room, and is played from the newest.
@Suite struct ReplayTests {
    private let start = Instant(nanoseconds: 1_000_000_000)

    private func at(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }

    /// Packets of 20 ms such as libopus makes, with these numbers in them, one after the other.
    private func hear(
        _ numbers: ClosedRange<Int>, of peer: Int, from begin: Int, step: Int = 20, size: Int = 6,
        in replay: Kept
    ) {
        for number in numbers {
            // The head byte of CELT, full band, 20 ms, one frame.
            let head: [UInt8] = [31 << 3, UInt8(number & 0xff), UInt8(number >> 8), 4, 5, 6]
            let bytes = head + [UInt8](repeating: 7, count: size - head.count)
            let heard = KeptPacket.Recorded(
                stream: KeptPacket.Recorded.heard, peer: peer, sequence: 0, isSpurtStart: false,
                at: at(begin + (number - numbers.lowerBound) * step))
            replay.take(KeptPacket(bytes.span, for: heard), heard)
        }
    }

    private func keeping(_ seconds: Int = 60) -> Kept {
        let replay = Kept()
        replay.configure(keep: .seconds(seconds))
        return replay
    }

    /// The numbers in the packets of a talkspurt, and their times.
    private func contents(
        _ talk: Replay.Talkspurt?
    ) -> (numbers: [Int], times: [Int]) {
        guard let entries = talk?.entries.span else { return ([], []) }
        var (place, numbers, times): (Int, [Int], [Int]) = (0, [], [])
        while let entry = RecordingEntry(parsing: entries, at: place) {
            let first = entry.content.lowerBound
            numbers.append(Int(entries[first + 1]) + Int(entries[first + 2]) << 8)
            times.append(Int(entry.milliseconds))
            place = entry.content.upperBound
        }
        return (numbers, times)
    }

    /// The bytes that are not zero in the places of the first packets.
    private func bytesLeft(in replay: Kept, of packets: Int = 10) -> Int {
        replay.bytes.prefix(packets * PCM.payloadMax).count { $0 != 0 }
    }

    @Test func theLastTalkspurtComesFirstAndThenTheOneBefore() {
        let replay = keeping()
        hear(1...3, of: 0, from: 0, in: replay)
        hear(4...5, of: 1, from: 2_000, in: replay)
        hear(6...6, of: 0, from: 4_000, in: replay)
        func next(of peer: Int? = nil, at milliseconds: Int) -> [Int] {
            contents(replay.next(of: peer, at: at(milliseconds))).numbers
        }
        #expect(next(at: 5_000) == [6])
        #expect(next(at: 6_000) == [4, 5])
        #expect(next(at: 7_000) == [1, 2, 3])
        // Nothing is older; then it begins again.
        #expect(next(at: 8_000) == [])
        #expect(next(at: 8_100) == [6])
        #expect(next(of: 0, at: 8_200) == [6])
        #expect(next(of: 0, at: 8_300) == [1, 2, 3])
        #expect(next(of: 1, at: 8_400) == [4, 5])
        // 10 s after the end of a replay, or when there is new talk, the last one is meant.
        #expect(next(at: 20_000) == [6])
        #expect(next(at: 30_019) == [4, 5])
        #expect(next(at: 50_000) == [6])
        hear(7...7, of: 1, from: 51_000, in: replay)
        #expect(next(at: 52_000) == [7])
        #expect(next(of: 2, at: 52_000) == [])
    }

    @Test func aShortPauseIsPartOfATalkspurtAndIsHeard() {
        let replay = keeping()
        hear(1...2, of: 0, from: 0, in: replay)
        hear(9...9, of: 1, from: 30, in: replay)
        // 980 ms after the last packet.
        hear(3...4, of: 0, from: 1_000, in: replay)
        let talk = replay.next(of: 0, at: at(2_000))
        #expect(contents(talk).numbers == [1, 2, 3, 4])
        #expect(contents(talk).times == [0, 20, 1_000, 1_020])
        #expect(talk?.milliseconds == 1_040 && talk?.peer == 0)
        hear(5...5, of: 0, from: 2_021, in: replay)
        #expect(contents(replay.next(of: 0, at: at(3_000))).numbers == [5])
    }

    @Test func packetsThatWereDecodedAheadKeepTheirLengths() {
        let replay = keeping()
        hear(1...3, of: 0, from: 0, step: 0, in: replay)
        hear(4...4, of: 0, from: 50, in: replay)
        let talk = replay.next(of: nil, at: at(1_000))
        #expect(contents(talk).times == [0, 20, 40, 60] && talk?.milliseconds == 80)
    }

    @Test func eachPacketIsErasedWhenItsTimeIsOver() {
        let replay = keeping(10)
        hear(1...2, of: 0, from: 0, in: replay)
        let before = bytesLeft(in: replay)
        replay.tick(at: at(9_999))
        #expect(before > 0 && bytesLeft(in: replay) == before)
        #expect(contents(replay.next(of: nil, at: at(10_000))).numbers == [2])
        replay.tick(at: at(10_020))
        #expect(bytesLeft(in: replay) == 0)
        #expect(replay.next(of: nil, at: at(10_020)) == nil)
    }

    @Test func theNewestOverwritesTheOldestWhereThereIsNoRoom() {
        let replay = keeping(300)
        let end = Replay.packetsMax
        hear(1...1, of: 0, from: 0, size: 400, in: replay)
        #expect(bytesLeft(in: replay, of: 1) > 300)
        hear(2...end + 5, of: 0, from: 20, in: replay)
        #expect(bytesLeft(in: replay, of: 1) <= 6, "nothing of a longer one is left")
        let numbers = contents(replay.next(of: nil, at: at(100_000))).numbers
        #expect(numbers == Array(6...end + 5))
    }

    @Test func aVoiceIsHeardUntilItsPacketsEnd() {
        let replay = keeping()
        #expect(!replay.isHearing(at: start))
        hear(1...2, of: 0, from: 0, in: replay)
        #expect(replay.isHearing(at: at(319)) && !replay.isHearing(at: at(320)))
    }

    @Test func nothingIsLeftAfterAReloadAndNothingIsKeptWhileItIsOff() {
        let replay = Kept()
        hear(1...2, of: 0, from: 0, in: replay)
        #expect(replay.next(of: nil, at: start) == nil && bytesLeft(in: replay) == 0)
        for keep in [Duration.seconds(20), nil] {
            replay.configure(keep: .seconds(10))
            hear(1...2, of: 0, from: 0, in: replay)
            #expect(replay.next(of: nil, at: start) != nil && bytesLeft(in: replay) > 0)
            replay.configure(keep: keep)
            #expect(replay.next(of: nil, at: start) == nil && bytesLeft(in: replay) == 0)
        }
        #expect(replay.keep == nil)
        #expect(replay.bytes.count == 1)
    }
}
