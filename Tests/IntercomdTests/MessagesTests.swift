import Audio
import Config
import Crypto
import Files
import Foundation
import HAL
import Peering
import Report
import Testing
import Time
import Wire

@testable import Intercomd
@testable import Media
@testable import Station

/// A state directory with messages, removed with the test.
private final class Folder {
    let path = "/tmp/messages-\(UInt64.random(in: 0 ..< .max))"
    var paths: Paths { Paths(stateDirectory: path, runtimeDirectory: path) }
    var names: [String] {
        get throws { try FileStore.names(in: paths.messages, suffix: "") }
    }

    init() throws {
        for folder in [path, "\(path)/messages", "\(path)/keys"] {
            try FileStore.makeDirectory(folder, mode: 0o700)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func put(_ name: String, _ size: Int) throws {
        let bytes = [UInt8](repeating: 7, count: size)
        try FileStore.write(bytes.span, to: "\(paths.messages)/\(name)", mode: 0o600)
    }

    func size(_ name: String) throws -> Int? {
        try FileStore.status(of: "\(paths.messages)/\(name)")?.size
    }

    func load(_ config: Config) -> Messages {
        var messages = Messages(paths, usesAES: true, writer: WorkChain())
        messages.configure(directory(config), config)
        messages.close(within: .seconds(10))
        return messages
    }
}

@Suite struct MessagesTests {
    private let settings = "[station]\nname = x\n"

    /// The key is that of the first peer of every directory here.
    private func one() throws -> Config {
        let key = X25519.publicKey(of: Key(copying: [UInt8](repeating: 1, count: 32).span))
        return try config("\(settings)[peer a]\nkey = \(key.text)\n")
    }

    private func message(
        _ low: UInt64, _ state: KeptMessage.State, size: Int = 2_000, of peer: String
    ) -> KeptMessage {
        KeptMessage(
            id: CallID(high: 1, low: low), peer: peer, start: 5, milliseconds: 1_000, size: size,
            state: state)
    }

    private func faults(_ messages: inout Messages) -> Int {
        var count = 0
        while let word = messages.nextWord() { count += word.isFault ? 1 : 0 }
        return count
    }

    @Test func oddDamagedAndHalfDoneFilesAreDealtWithOneByOne() throws {
        let folder = try Folder()
        let config = try one()
        let body = directory(config).key(of: 0).body
        let sound = message(1, .new, of: body)
        let short = message(2, .waiting, of: body)
        let cutOff = message(3, .gone, of: body)
        let before = message(4, .waiting, of: body)
        var after = before
        after.state = .delivered
        let stranger = message(5, .waiting, of: "stranger")
        try folder.put(sound.fileName, sound.size)
        try folder.put(short.fileName, 9)
        // The power failed between the new name and the end of its content.
        try folder.put(cutOff.fileName, cutOff.size)
        try folder.put(before.fileName, before.size)
        try folder.put(after.fileName, 0)
        try folder.put(stranger.fileName, stranger.size)
        try folder.put("\(sound.fileName).new", 3)
        try folder.put("stranger.key", RecordingPublicKey.size)
        try folder.put("0_\(UInt64.max)_x.new.old", 1)
        try folder.put("\(body).key", 5)
        let huge = "0000000000005_\(sound.id.text)_1000_\(Int.max)_\(body).new"
        try folder.put(huge, 4)
        var messages = folder.load(config)
        #expect(messages.kept.map { $0.state } == [.new, .waiting, .gone, .delivered])
        let told = faults(&messages)
        #expect(told == 2, "one is damaged, and two are strange")
        #expect(try folder.size(cutOff.fileName) == 0)
        #expect(try folder.size(before.fileName) == nil)
        #expect(try folder.size(stranger.fileName) == nil)
        #expect(try folder.size("\(sound.fileName).new") == nil)
        #expect(try folder.size("stranger.key") == nil)
        #expect(try folder.size(huge) == 4, "it is no draft that was cut off")
        #expect(try folder.size(sound.fileName) == sound.size)
        #expect(messages.list { $0 }.messages[1].reason == "its file is damaged")
        let again = folder.load(config)
        #expect(again.kept.map { $0.fileName } == messages.kept.map { $0.fileName })
    }

    @Test func oneThatIsDeletedIsGoneBeforeItsContentIs() throws {
        let folder = try Folder()
        let config = try one()
        let body = directory(config).key(of: 0).body
        for low in 0..<200 {
            let new = message(UInt64(low), .new, of: body)
            try folder.put(new.fileName, new.size)
        }
        var messages = folder.load(config)
        for message in messages.kept { messages.delete(message, at: Clock.now()) }
        messages.close(within: .seconds(10))
        let left = try folder.names
        #expect(left.count == 64, "so many are remembered")
        #expect(left.allSatisfy { $0.hasSuffix(".gone") })
        #expect(try left.allSatisfy { try folder.size($0) == 0 })
        let gone = KeptMessage.State.gone
        #expect(folder.load(config).kept.allSatisfy { $0.state == gone })
    }

    @Test func aDamagedOneIsPassedOverAndAPeerMakesOneJobAtATime() throws {
        let folder = try Folder()
        let config = try one()
        let body = directory(config).key(of: 0).body
        let damaged = message(1, .waiting, of: body)
        let sound = message(2, .waiting, size: 3_000, of: body)
        try folder.put(damaged.fileName, damaged.size)
        try folder.put(sound.fileName, sound.size)
        var messages = folder.load(config)
        try folder.put(damaged.fileName, 4)
        let now = Clock.now()
        messages.up(0, at: now)
        messages.close(within: .seconds(10))
        let told = faults(&messages)
        #expect(told == 1)
        messages.tick(at: now + .seconds(9))
        var offered: [CallID] = []
        while let (_, record) = messages.nextRecord() {
            if case .message(.notice(let notice)) = record { offered.append(notice.id) }
        }
        #expect(Set(offered) == [sound.id])
        // Many tiny ones that it has not got: each is refused at once, and makes no work.
        for low in 100..<1_100 {
            let notice = MessageNotice(
                id: CallID(high: UInt64(low), low: 0), size: 40, milliseconds: 1, start: .max)
            messages.receive(.notice(notice), from: 0, at: now)
            messages.tick(at: now + .seconds(9))
        }
        #expect(messages.isIdle)
        #expect(messages.kept.count == 2)
    }

    @Test func aKeyThatIsGoneIsNotMadeAnew() throws {
        let folder = try Folder()
        let config = try one()
        let messages = folder.load(config)
        let path = "\(folder.paths.keys)/\(Paths.messageKeyName)"
        try FileStore.remove(path)
        #expect(throws: KeyStoreError.self) { try messages.files.open([0, 0].span) }
        #expect(try FileStore.status(of: path) == nil)
        let other = folder.load(config)
        #expect(other.files.own != messages.files.own)
        #expect(throws: KeyStoreError.self) { try messages.files.open([0, 0].span) }
    }

    @Test func anErasedStationKeepsNothing() throws {
        let folder = try Folder()
        let config = try one()
        var messages = folder.load(config)
        messages.stop()
        let button = SpokenMessage.Owner.button(0)
        let spoken = SpokenMessage(to: "x", by: button, .microphone, wall: 5, at: Clock.now())
        messages.seal(spoken)
        #expect(messages.isIdle)
        let word = messages.nextWord()
        #expect(word?.owner == button, "whoever spoke it is told")
        #expect(messages.refusal(to: "x", called: "a") == "this station is being erased")
    }
}

@Suite struct SpokenMessageTests {
    private let start = Instant(nanoseconds: 0)

    private func spoken(_ source: SpokenMessage.Source = .microphone) -> SpokenMessage {
        SpokenMessage(to: "a", by: .button(2), source, wall: .max, at: start)
    }

    @Test func itIsOverInTimeWhateverComes() {
        var message = spoken()
        #expect(message.start == 0, "a clock that cannot be written")
        #expect(message.limit == start + .seconds(3), "no microphone has opened")
        message.opened(at: start + .seconds(1))
        #expect(message.limit == start + .seconds(304))
        message.end(because: nil, hasTail: true, at: start + .seconds(5))
        message.end(because: "unplugged", hasTail: true, at: start + .seconds(6))
        message.end(because: "late", hasTail: true, at: start + .seconds(7))
        message.opened(at: start + .seconds(7))
        #expect(message.limit == start + .seconds(8))
        #expect(message.loss == "unplugged", "the first reason is told")
        #expect(spoken(.program(left: 9)).limit == start + .seconds(15))
    }

    @Test func aProgramGivesNoMoreThanItSaid() {
        var message = spoken(.program(left: 3))
        message.take([1, 2].span)
        #expect(message.source == .program(left: 1))
        let isMessage = message.measure()
        #expect(!isMessage)
    }
}
