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

/// The names of the files, and their room.
extension RecordingsTests {
    private static func id(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        let zeros = String(repeating: "0", count: 8 - digits.utf8.count)
        return "\(zeros)\(digits)-0000-7000-8000-000000000000"
    }

    private func job(
        _ name: String, _ record: Config.Record, bytes: Int = 100, isFirst: Bool = true
    ) -> RecordingFiles.Job {
        RecordingFiles.Job(
            name: name, bytes: [UInt8](repeating: 1, count: bytes), isFirst: isFirst,
            record: record)
    }

    /// Makes sparse files.
    private func make(_ names: [String], of bytes: UInt64, in folder: Folder) throws {
        try FileStore.makeDirectory(folder.paths.recordings, mode: 0o750)
        for name in names {
            let path = "\(folder.paths.recordings)/\(name)"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.truncate(atOffset: bytes)
        }
    }

    @Test func filesAreBoundedAndTheOldestOneGoesFirst() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let config = try settings(
            key,
            "keep = 100\n[channel house]\n[record house]\nto = \(key.publicKey.text)\n")
        let all = try #require(config.records.first { $0.name == "calls" })
        try make(
            ["calls-\(Self.id(1))", "calls-\(Self.id(2))", "house-\(Self.id(0))", "calls-x"]
                .map { "\($0).icrec" }, of: 40_000_000, in: folder)
        let files = RecordingFiles(folder: folder.paths.recordings)
        // A file has room for a quarter of all from its start.
        let name = "calls-\(Self.id(3)).icrec"
        #expect(files.perform(job(name, all)) == .success(name))
        // Files of another record, and of other programs, stay.
        let left = [
            "calls-\(Self.id(2)).icrec", name, "house-\(Self.id(0)).icrec", "calls-x.icrec",
        ]
        #expect(Set(folder.names) == Set(left))
        #expect(files.perform(job(name, all, isFirst: false)) == .success(name))
        #expect(try folder.read(name).count == 200)
    }

    @Test func anotherFileBeginsBeforeOneHasAQuarterOfTheRoom() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let now = Clock.now()
        var config = try settings(key)
        config.records[0].keep = 1
        var recordings = recordings(config, in: folder, at: now)
        recordings.record(TalkTarget.call, from: Self.peers, wall: 0, at: now)
        for number in 0..<12_000 {
            let moment = now + .milliseconds(20 * number)
            recordings.take(Self.packet(number, at: moment, size: 100), named: { _ in "a" })
            recordings.tick(wall: 0, at: moment)
        }
        recordings.record(TalkTarget.call, from: [], wall: 0, at: Clock.now())
        recordings.close(within: .seconds(10), wall: 0)
        #expect(recordings.faults.isEmpty && folder.names.count >= 3)
        for name in folder.names { #expect(try folder.read(name).count <= 250_000) }
        #expect(try folder.size <= 1_000_000)
        // All are whole, and the newest ends with the last packet.
        for name in folder.names {
            let found = try contents(of: folder.read(name), key)
            #expect(found.faults.isEmpty)
            guard name == folder.names.last else { continue }
            #expect(found.entries.last?.number == UInt8(truncatingIfNeeded: 11_999))
        }
    }

    @Test func noRecordHasMoreThanTwoThousandFiles() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let config = try settings(key)
        let all = try #require(config.records.first)
        try make((1...2_000).map { "calls-\(Self.id($0)).icrec" }, of: 1, in: folder)
        let name = "calls-\(Self.id(9_999)).icrec"
        let files = RecordingFiles(folder: folder.paths.recordings)
        #expect(files.perform(job(name, all)) == .success(name))
        let names = folder.names
        #expect(names.count == 2_000 && names.contains(name))
        #expect(!names.contains("calls-\(Self.id(1)).icrec"))
    }

    @Test func theDiskKeepsItsReserve() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let config = try settings(key)
        let all = try #require(config.records.first)
        var files = RecordingFiles(folder: folder.paths.recordings)
        #expect(files.diskReserve == 64 << 20)
        files.diskReserve = .max / 2
        try make((1...3).map { "calls-\(Self.id($0)).icrec" } + ["b"], of: 1, in: folder)
        // Older recordings make room on a disk that other files fill; then the recording ends.
        guard case .failure(let fault) = files.perform(job("calls-\(Self.id(4)).icrec", all)) else {
            Issue.record("it has room")
            return
        }
        #expect(fault.text.contains("is full") && fault.subject == "record calls")
        #expect(folder.names == ["b"])
    }

    @Test func aClockThatIsNotSetMakesNoFileTheOldest() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let config = try settings(key)
        let all = try #require(config.records.first)
        try make(["calls-\(Self.id(7)).icrec"], of: 1, in: folder)
        let files = RecordingFiles(folder: folder.paths.recordings)
        let name = try files.perform(job("calls-\(Self.id(0)).icrec", all)).get()
        #expect(folder.names == ["calls-\(Self.id(7)).icrec", name])
    }

    @Test func aFileThatIsRemovedMeanwhileDoesNotGrowAgainWithoutItsHeader() throws {
        let folder = try Folder()
        let key = RecordingKey.random()
        let config = try settings(key)
        let all = try #require(config.records.first)
        let files = RecordingFiles(folder: folder.paths.recordings)
        let name = "calls-\(Self.id(1)).icrec"
        #expect(files.perform(job(name, all)) == .success(name))
        try FileStore.remove("\(folder.paths.recordings)/\(name)")
        #expect(files.perform(job(name, all, isFirst: false)) != .success(name))
        #expect(folder.names.isEmpty)
    }
}
