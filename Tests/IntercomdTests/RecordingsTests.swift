import Audio
import Crypto
import Foundation
import HAL
import Peering
import Realtime
import Report
import Testing
import Time
import Wire

@testable import Config
@testable import Intercomd
@testable import Media
@testable import Station

/// The files of recordings: what is in them, and how much room they take.
@Suite struct RecordingsTests {
    /// A state directory, removed with the test.
    final class Folder {
        let path = "/tmp/recordings-\(UInt64.random(in: 0 ..< .max))"
        var paths: Paths { Paths(stateDirectory: path, runtimeDirectory: path) }
        var names: [String] { (try? FileStore.names(in: paths.recordings, suffix: "")) ?? [] }

        init() throws { try FileStore.makeDirectory(path, mode: 0o700) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        /// The bytes of all files.
        var size: Int {
            get throws { try names.reduce(0) { try $0 + read($1).count } }
        }

        func read(_ name: String) throws -> [UInt8] {
            try FileStore.read("\(paths.recordings)/\(name)", limit: 1 << 24)
        }
    }

    static let peers: PeerSet = [1, 2, 4]

    /// A packet of sound of 20 ms, such as libopus makes, with a number in it.
    static func packet(
        _ number: Int, of peer: Int? = nil, isSpurtStart: Bool = false, at now: Instant,
        in stream: UInt8 = TalkTarget.call, size: Int = 6
    ) -> KeptPacket {
        // The head byte of CELT, full band, 20 ms, one frame.
        let head: [UInt8] = [31 << 3, UInt8(truncatingIfNeeded: number), 3, 4, 5, 6]
        let bytes = head + [UInt8](repeating: 7, count: size - head.count)
        return KeptPacket(
            bytes.span,
            for: KeptPacket.Recorded(
                stream: stream, peer: peer, sequence: UInt16(truncatingIfNeeded: number),
                isSpurtStart: isSpurtStart, at: now))
    }

    struct Entry: Equatable {
        let source: UInt8
        let milliseconds: UInt32
        let number: UInt8
    }

    /// The sound and the names of each chunk, and the faults of a file.
    typealias Contents = (entries: [Entry], names: [String], faults: [RecordingFault])

    /// Ends the recording of a call, and reads the oldest file.
    private func end(
        _ recordings: inout Recordings, at now: Instant, in folder: Folder,
        _ key: borrowing RecordingKey
    ) throws -> Contents {
        recordings.record(TalkTarget.call, from: [], wall: 0, at: now)
        recordings.close(within: .seconds(5), wall: 0)
        return try contents(of: folder.read(#require(folder.names.first)), key)
    }

    /// Opens a file.
    func contents(
        of file: [UInt8], _ key: borrowing RecordingKey
    ) throws -> Contents {
        var reader = RecordingReader()
        var (entries, names, faults): ([Entry], [String], [RecordingFault]) = ([], [], [])
        var place = 0
        while reader.wanted > 0 {
            let end = min(place + reader.wanted, file.count)
            let step = reader.take(file.span.extracting(place..<end))
            place = end
            switch step {
            case .header: try reader.unlock(with: key)
            case .chunk:
                let found = reader.entries
                var at = 0
                while let entry = RecordingEntry(parsing: found, at: at) {
                    at = entry.content.upperBound
                    let content = entry.content.map { found[$0] }
                    if entry.source == RecordingEntry.names {
                        names.append(String(decoding: content, as: UTF8.self))
                    } else {
                        entries.append(
                            Entry(
                                source: entry.source, milliseconds: entry.milliseconds,
                                number: content[1]))
                    }
                }
            case .fault(let fault): faults.append(fault)
            case .more, .end: break
            }
        }
        return (entries, names, faults)
    }

    func settings(_ key: borrowing RecordingKey, _ more: String = "") throws -> Config {
        try config(
            "[station]\nname = kitchen\n[record calls]\nto = \(key.publicKey.text)\n" + more)
    }

    func recordings(_ config: Config, in folder: Folder, at now: Instant) -> Recordings {
        var recordings = Recordings(folder.paths, usesAES: false, writer: WorkChain())
        let routing = Routing(config, directory(config))
        recordings.configure(config, routing, wall: 0, at: now)
        return recordings
    }

    @Test func bothTalkersAreInItInOrderWithTheirNamesInEachChunk() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        #expect(recordings.streams == [TalkTarget.call])
        let talker = { (peer: Int?) in peer == nil ? "kitchen" : "garage" }
        recordings.record(TalkTarget.call, from: Self.peers, wall: 1_780_000_000_000, at: now)
        var moment = now
        for number in 0..<300 {
            moment = now + .milliseconds(100 + 20 * number)
            recordings.take(Self.packet(number, at: moment), named: talker)
            // The network puts each pair in the wrong order, and doubles one of them.
            for other in [number ^ 1, number ^ 1].dropFirst(number % 2) {
                recordings.take(
                    Self.packet(65_500 + other, of: 4, at: moment), named: talker)
            }
            // A packet of another talk is in none.
            recordings.take(Self.packet(number, at: moment, in: 3), named: talker)
            recordings.tick(wall: 0, at: moment)
        }
        // While it grows, what is there can be read up to its end.
        var found: [RecordingFault]?
        for _ in 0..<15_000 where found != [.truncated(chunk: 1)] {
            Clock.sleep(.milliseconds(2))
            found = try? contents(of: folder.read(folder.names.first ?? ""), key).faults
        }
        let name = try #require(folder.names.first)
        #expect(name.hasPrefix("calls-") && name.hasSuffix(".icrec"))
        let mode = try FileStore.status(of: "\(folder.paths.recordings)/\(name)")?.mode
        #expect(mode == 0o640)
        let early = try contents(of: folder.read(name), key)
        #expect(early.faults == [.truncated(chunk: 1)])
        #expect(early.entries.count > 300)
        recordings.record(TalkTarget.call, from: [], wall: 0, at: Clock.now())
        recordings.close(within: .seconds(5), wall: 0)
        #expect(recordings.faults.isEmpty)
        #expect(folder.names == [name])
        let file = try folder.read(name)
        let whole = try contents(of: file, key)
        #expect(whole.faults.isEmpty && whole.names.count == 2)
        #expect(Set(whole.names) == [#"{"0":"kitchen","1":"garage"}"#])
        for source: UInt8 in [0, 1] {
            let own = whole.entries.filter { $0.source == source }
            let first = source == 0 ? 0 : 65_500
            #expect(own.count == 300)
            let numbers = (0..<300).map { UInt8(truncatingIfNeeded: first + $0) }
            #expect(own.map { $0.number } == numbers)
            let steps = zip(own, own.dropFirst()).map { $1.milliseconds - $0.milliseconds }
            #expect(steps.allSatisfy { $0 == 20 })
        }
        #expect(throws: RecordingFault.notForThisKey) {
            try contents(of: file, RecordingKey.random())
        }
        // The sound is nowhere but sealed.
        #expect(!file.indices.contains { file[$0...].starts(with: [31 << 3, 7, 3, 4, 5, 6]) })
    }

    @Test func aPauseIsSilenceAndALossIsAGap() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        recordings.record(TalkTarget.call, from: Self.peers, wall: 0, at: now)
        // Numbers go on after a pause, and skip what was lost.
        for (number, time, isStart) in [
            (1, 0, true), (2, 20, false), (4, 60, false), (5, 2_000, true), (6, 2_000, true),
            (7, 2_000, false),
        ] {
            recordings.take(
                Self.packet(
                    number, of: 2, isSpurtStart: isStart, at: now + .milliseconds(time)),
                named: { _ in "a" })
        }
        let found = try end(&recordings, at: Clock.now(), in: folder, key)
        #expect(found.entries.map { $0.milliseconds } == [0, 20, 60, 2_000, 2_020, 2_040])
    }

    @Test func aTalkWithoutSoundLeavesNoFile() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        var recordings = recordings(try settings(key), in: folder, at: Clock.now())
        recordings.record(TalkTarget.call, from: Self.peers, wall: 0, at: Clock.now())
        recordings.record(TalkTarget.call, from: [], wall: 0, at: Clock.now())
        recordings.close(within: .seconds(5), wall: 0)
        #expect(folder.names.isEmpty && recordings.faults.isEmpty)
    }

    @Test func aPeerThatRunsAheadOrFloodsTakesNoMemoryAndComesBack() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        recordings.record(TalkTarget.call, from: Self.peers, wall: 0, at: now)
        // 200 s of sound in a moment, of an agreed peer; another one talks as usual.
        for number in 0..<10_000 {
            recordings.take(Self.packet(number, of: 1, at: now), named: { _ in "a" })
        }
        for number in 0..<50 {
            let moment = now + .milliseconds(20 * number)
            recordings.take(Self.packet(number, of: 2, at: moment), named: { _ in "b" })
        }
        recordings.tick(wall: 0, at: now + .seconds(5))
        // It talks on as it should: its sound is where it belongs.
        for number in 0..<50 {
            let moment = now + .seconds(10) + .milliseconds(20 * number)
            recordings.take(Self.packet(40_000 + number, of: 1, at: moment), named: { _ in "a" })
        }
        let found = try end(&recordings, at: Clock.now(), in: folder, key)
        #expect(found.entries.filter { $0.source == 1 }.count == 50)
        let first = found.entries.filter { $0.source == 0 }
        #expect(first.count < 300)
        let expected: [UInt32] = (0..<50).map { UInt32(10_000 + 20 * $0) }
        #expect(first.map(\.milliseconds).filter { $0 > 3_000 } == expected)
    }

    @Test func aPauseWakesNobody() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        recordings.record(TalkTarget.call, from: Self.peers, wall: 0, at: now)
        #expect(recordings.deadline(at: now) == nil)
        recordings.take(Self.packet(1, at: now), named: { _ in "a" })
        // Packets that wait are sealed, even if no more come.
        #expect(recordings.deadline(at: now) == now + .seconds(4))
    }

    @Test func nothingIsTakenFromBeforeAPeerAgreesOrAfterwards() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        func at(_ milliseconds: Int) -> Instant { now + .milliseconds(milliseconds) }
        for (peers, milliseconds, packets) in [
            ([1], 0, [(10, 1), (10, 2)]), ([1, 2], 1_000, [(60, 2), (59, 2), (61, 2)]),
            ([2], 2_000, [(110, 1), (110, 2)]),
        ] as [(PeerSet, Int, [(Int, Int)])] {
            recordings.record(TalkTarget.call, from: peers, wall: 0, at: at(milliseconds))
            for (number, peer) in packets {
                let time = milliseconds + 10 + 20 * (number % 10)
                // A copy comes with the packet after it.
                let moment = at(number == 59 ? 1_010 : time)
                recordings.take(Self.packet(number, of: peer, at: moment), named: { "\($0 ?? 0)" })
            }
        }
        // A packet of 60 ms is none of this protocol.
        let long: [UInt8] = [3 << 3, 9, 9, 9]
        recordings.take(
            KeptPacket(
                long.span,
                for: KeptPacket.Recorded(
                    stream: TalkTarget.call, peer: 2, sequence: 111, isSpurtStart: false,
                    at: at(2_030))), named: { _ in "2" })
        let found = try end(&recordings, at: at(3_000), in: folder, key)
        #expect(found.entries.map { $0.number } == [10, 60, 61, 110])
        #expect(found.entries.map { $0.source } == [0, 1, 1, 1])
    }

    @Test func aPeerThatAgreesAgainBringsNothingFromBefore() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        func at(_ milliseconds: Int) -> Instant { now + .milliseconds(milliseconds) }
        // The first packet is 300 ms late: the time of the peer runs ahead from then on.
        for (peers, milliseconds, packets) in [
            ([1, 2], 0, [(0, 300), (20, 400)]), ([1], 1_000, []),
            // One packet came before the answer; a copy comes with the packet after it.
            ([1, 2], 2_000, [(99, 1_990), (98, 1_990), (101, 2_020), (99, 2_020), (102, 2_040)]),
        ] as [(PeerSet, Int, [(Int, Int)])] {
            recordings.record(TalkTarget.call, from: peers, wall: 0, at: at(milliseconds))
            for (number, time) in packets {
                recordings.take(
                    Self.packet(number, of: 2, at: at(time)), named: { _ in "a" })
            }
        }
        let found = try end(&recordings, at: at(3_000), in: folder, key)
        #expect(found.entries.map { $0.number } == [0, 20, 101, 102])
        #expect(found.entries.map { $0.milliseconds } == [300, 700, 2_020, 2_040])
    }

    @Test func lostPacketsAreAFaultOnceForEachFile() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        #expect(recordings.note(lost: 3).isEmpty, "nothing is recorded")
        recordings.record(TalkTarget.call, from: Self.peers, wall: 0, at: now)
        #expect(recordings.note(lost: 3).isEmpty)
        #expect(recordings.gaps.isEmpty)
        #expect(recordings.note(lost: 4).map { $0.subject } == ["record calls"])
        #expect(recordings.note(lost: 5).isEmpty)
        // The packets may have been those of another recording.
        #expect(recordings.gaps.map { $0.text } == ["sound may be missing: it came too fast"])
        recordings.record(TalkTarget.call, from: [], wall: 0, at: now)
        #expect(recordings.gaps.isEmpty)
    }

    @Test func theNumberOfAPeerMayGetAnotherPeer() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        recordings.record(TalkTarget.call, from: Self.peers, wall: 0, at: now)
        recordings.take(Self.packet(1, of: 1, at: now), named: { _ in "a" })
        recordings.take(Self.packet(1, of: 1, at: now), named: { _ in "b" })
        let found = try end(&recordings, at: Clock.now(), in: folder, key)
        #expect(found.names == [#"{"0":"a","1":"b"}"#])
        #expect(found.entries.map { $0.source } == [0, 1])
    }

    @Test func otherSettingsBeginAnotherFile() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let other = RecordingKey.random()
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        recordings.record(TalkTarget.call, from: Self.peers, wall: 0, at: now)
        recordings.take(Self.packet(1, at: now), named: { _ in "a" })
        let changed = try settings(other)
        recordings.configure(changed, Routing(changed, directory(changed)), wall: 0, at: now)
        recordings.take(Self.packet(2, at: now), named: { _ in "a" })
        recordings.record(TalkTarget.call, from: [], wall: 0, at: Clock.now())
        recordings.close(within: .seconds(5), wall: 0)
        // Made in the same moment, they are in order all the same.
        #expect(folder.names.count == 2)
        let first = try contents(of: folder.read(folder.names[0]), key)
        let second = try contents(of: folder.read(folder.names[1]), other)
        #expect(first.entries.map { $0.number } == [1] && second.entries.map { $0.number } == [2])
    }

    @Test func whatCannotBeWrittenEndsItWithAFault() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        // A file in the place of the folder.
        try FileStore.write([UInt8]().span, to: folder.paths.recordings, mode: 0o600)
        let now = Clock.now()
        var recordings = recordings(try settings(key), in: folder, at: now)
        recordings.record(TalkTarget.call, from: Self.peers, wall: 0, at: now)
        recordings.take(Self.packet(1, at: now), named: { _ in "a" })
        let later = now + .seconds(5)
        for _ in 0..<500 where recordings.faults["calls"] == nil {
            recordings.tick(wall: 0, at: later)
            Clock.sleep(.milliseconds(2))
        }
        #expect(recordings.faults["calls"] != nil)
        let failed = recordings.nextFailed()
        #expect(failed?.stream == TalkTarget.call)
        #expect(failed?.fault == recordings.faults["calls"])
        #expect(recordings.nextFailed()?.stream == nil)
        // Other settings do not hide it.
        let config = try settings(key)
        recordings.configure(config, Routing(config, directory(config)), wall: 0, at: later)
        #expect(recordings.faults["calls"] != nil)
    }

    @Test func aDiskThatDoesNotKeepUpEndsOneRecordingAndNotTheOther() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        let config = try settings(
            key, "[channel house]\n[record house]\nto = \(key.publicKey.text)\n")
        // The work before it on the same thread hangs.
        let (writer, gate) = (WorkChain(), SPSCRing<Bool>(capacity: 1))
        let held = writer.begin { while gate.pop() == nil { Clock.sleep(.milliseconds(1)) } }
        var recordings = Recordings(folder.paths, usesAES: false, writer: writer)
        recordings.configure(config, Routing(config, directory(config)), wall: 0, at: now)
        for stream in [TalkTarget.call, 1] {
            recordings.record(stream, from: Self.peers, wall: 0, at: now)
        }
        recordings.take(Self.packet(0, at: now, in: 1), named: { _ in "a" })
        var number = 0
        for second in stride(from: 0, to: 2_000, by: 5) where recordings.faults.isEmpty {
            let moment = now + .seconds(second)
            // As many and as long packets as one talker may bring.
            for _ in 0..<1_000 {
                number += 1
                recordings.take(
                    Self.packet(
                        number, at: moment + .milliseconds(20 * (number % 250)), size: 400),
                    named: { _ in "a" })
            }
            recordings.tick(wall: 0, at: moment + .seconds(5))
        }
        #expect(recordings.faults.keys.sorted() == ["calls"])
        #expect(recordings.nextFailed()?.stream == TalkTarget.call)
        _ = (gate.push(true), held)
        recordings.close(within: .seconds(5), wall: 0)
        #expect(folder.names.contains { $0.hasPrefix("house-") })
        #expect(recordings.faults["calls"] != nil, "what was under way takes no fault back")
    }
}
