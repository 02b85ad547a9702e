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
final class MessageFolder {
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

    func content(of message: KeptMessage) throws -> [UInt8] {
        try FileStore.read(
            "\(paths.messages)/\(message.fileName)", limit: SealedMessage.sizeMax)
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
        let folder = try MessageFolder()
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
        // Neither loaded nor kept, such as one that is played before it is sent.
        messages.setAside(sound)
        let toldAgain = faults(&messages)
        #expect(toldAgain == 0, "it has no file")
        #expect(try folder.size(cutOff.fileName) == 0)
        #expect(try folder.size(before.fileName) == nil)
        #expect(try folder.size(stranger.fileName) == nil)
        #expect(try folder.size("\(sound.fileName).new") == nil)
        #expect(try folder.size("stranger.key") == nil)
        #expect(try folder.size(huge) == 4, "it is no draft that was cut off")
        #expect(try folder.size(sound.fileName) == sound.size)
        #expect(messages.list.messages[1].reason == "its file is damaged")
        #expect(messages.notes.map { $0.code } == ["messages", "damaged", "messages"])
        let again = folder.load(config)
        #expect(again.kept.map { $0.fileName } == messages.kept.map { $0.fileName })
    }

    @Test func oneThatIsDeletedIsGoneBeforeItsContentIs() throws {
        let folder = try MessageFolder()
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
        let folder = try MessageFolder()
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
        #expect(messages.work.isIdle)
        #expect(messages.kept.count == 2)
    }

    @Test func aMessageLeavesWhereThereIsASessionAndANetwork() throws {
        let folder = try MessageFolder()
        let config = try one()
        let body = directory(config).key(of: 0).body
        var messages = folder.load(config)
        func departure(cutOff: PeerSet = [], stale: PeerSet = []) -> String {
            messages.departure(to: body, cutOff: cutOff, stale: stale)
        }
        #expect(departure() == "goes when it is there")
        messages.up(0, at: Clock.now())
        #expect(departure() == "on its way")
        #expect(departure(stale: [0]) == "goes when it is there")
        // The peer may well be there.
        #expect(departure(cutOff: [0]) == "waits: this station has no network")
    }

    @Test func aMessageAfterARefusedOneIsNotOnItsWay() throws {
        let folder = try MessageFolder()
        let config = try one()
        let body = directory(config).key(of: 0).body
        for low in 1...2 as ClosedRange<UInt64> {
            let waiting = message(low, .waiting, of: body)
            try folder.put(waiting.fileName, waiting.size)
        }
        var messages = folder.load(config)
        messages.up(0, at: Clock.now())
        messages.close(within: .seconds(10))
        messages.receive(.state(messages.kept[0].id, .denied), from: 0, at: Clock.now())
        messages.tick(at: Clock.now())
        let why = "its settings allow no messages of this station"
        #expect(messages.departure(to: body, cutOff: [], stale: []) == "waits: \(why)")
        #expect(messages.list.messages.map(\.reason) == [why, why])
        // They do not wait for a station that is away.
        #expect(messages.notes.map(\.text) == ["2 are not delivered yet"])
    }

    @Test func theMessageOfAFormerPeerTellsItsNameWhileThatIsKnown() throws {
        let folder = try MessageFolder()
        let known = try one()
        let body = directory(known).key(of: 0).body
        let heard = message(1, .new, of: body)
        try folder.put(heard.fileName, heard.size)
        var messages = folder.load(known)
        #expect(messages.list.messages.map(\.peer) == ["a"])
        let alone = try config(settings)
        for _ in 0..<2 {
            messages.configure(directory(alone), alone)
            #expect(messages.list.messages.map(\.peer) == ["the former a"])
            #expect(messages.name(of: body) == "a", "events have a name, and no words")
        }
        let told = "a former peer (\(body.prefix(8)))"
        #expect(folder.load(alone).list.messages.map(\.peer) == [told])
        messages.configure(directory(known), known)
        #expect(messages.list.messages.map(\.peer) == ["a"])
    }

    @Test func aKeyThatIsGoneIsNotMadeAnew() throws {
        let folder = try MessageFolder()
        let config = try one()
        let new = message(1, .new, of: directory(config).key(of: 0).body)
        try folder.put(new.fileName, new.size)
        let files = folder.load(config).work.files
        let path = "\(folder.paths.keys)/\(Paths.messageKeyName)"
        // A message is not damaged where the key is not there.
        try FileStore.remove(path)
        #expect(throws: Fault.self) { try files.entries(of: new) }
        #expect(try FileStore.status(of: path) == nil)
        let other = folder.load(config).work.files
        #expect(other.own != files.own)
        #expect(throws: Fault.self) { try files.entries(of: new) }
        #expect(try other.entries(of: new) == nil)
    }

    @Test func whatTheDiskDidNotDoIsToldAndDoneLater() throws {
        let folder = try MessageFolder()
        let config = try one()
        let new = message(1, .new, of: directory(config).key(of: 0).body)
        var gone = new
        gone.state = .gone
        try folder.put(new.fileName, new.size)
        var messages = folder.load(config)
        // No file gets the name of a folder.
        try FileStore.makeDirectory("\(folder.paths.messages)/\(gone.fileName)", mode: 0o700)
        let button = SpokenMessage.Owner.button(0)
        messages.delete(messages.kept[0], at: Clock.now())
        messages.tellWhenWritten(button, "deleted")
        messages.close(within: .seconds(10))
        var isTold = false
        while let word = messages.nextWord() {
            isTold = isTold || word.owner == button && word.isFault
        }
        #expect(isTold)
        #expect(try folder.size(new.fileName) == new.size)
        try FileManager.default.removeItem(atPath: "\(folder.paths.messages)/\(gone.fileName)")
        messages.tick(at: Clock.now() + .seconds(31))
        messages.close(within: .seconds(10))
        #expect(try folder.names == [gone.fileName])
        messages.tellWhenWritten(button, "deleted")
        messages.tick(at: Clock.now())
        let word = messages.nextWord()
        #expect(word?.text == "deleted" && word?.isFault == false)
    }

    @Test func whatWasHeardMakesRoomForWhatIsNew() throws {
        let folder = try MessageFolder()
        let config = try one()
        let body = directory(config).key(of: 0).body
        for low in 0..<128 {
            let heard = message(UInt64(low), low < 2 ? .new : .heard, of: body)
            try folder.put(heard.fileName, heard.size)
        }
        var messages = folder.load(config)
        let now = Clock.now()
        messages.up(0, at: now)
        let notice = MessageNotice(
            id: CallID(high: 9, low: 9), size: 2_000, milliseconds: 1_000, start: 5)
        messages.receive(.notice(notice), from: 0, at: now)
        messages.tick(at: now)
        let states = messages.kept.map { $0.state }
        #expect(states[..<3] == [.new, .new, .heardAndGone], "the oldest that was heard")
        #expect(states.count { $0 == .heard } == 125)
        var isFetched = false
        while let (_, record) = messages.nextRecord() {
            isFetched = isFetched || record == .message(.ask(notice.id, part: 0))
        }
        #expect(isFetched)
    }

    /// A station with three peers, of which the first two have told their keys.
    private func three(_ folder: MessageFolder) throws -> (messages: Messages, bodies: [String]) {
        var text = settings
        for (place, name) in ["a", "b", "c"].enumerated() {
            let secret = [UInt8](repeating: UInt8(place + 1), count: 32)
            let key = X25519.publicKey(of: Key(copying: secret.span))
            text += "[peer \(name)]\nkey = \(key.text)\n"
        }
        let config = try config(text)
        let bodies = (0..<3).map { directory(config).key(of: $0).body }
        for body in bodies.prefix(2) {
            let key = RecordingKey.random().publicKey.bytes
            try FileStore.write(
                key.span, to: "\(folder.paths.messages)/\(body).key", mode: 0o600)
        }
        return (folder.load(config), bodies)
    }

    private func spoken(to bodies: [String]) -> SpokenMessage {
        var spoken = SpokenMessage(
            to: bodies, called: "all", by: .button(0), user: nil, .program(left: 50),
            eventsLost: 0, wall: 5, at: Clock.now())
        var entries: [UInt8] = []
        RecordingEntry.append(
            [UInt8](repeating: 7, count: 43).span, source: 0, at: 0, to: &entries)
        spoken.take(entries.span, at: Clock.now())
        return spoken
    }

    @Test func aMessageToAChannelGoesToEachMemberAndIsOneInTheList() throws {
        let folder = try MessageFolder()
        var (messages, bodies) = try three(folder)
        messages.seal(spoken(to: bodies))
        messages.close(within: .seconds(10))
        #expect(messages.kept.map(\.peer) == Array(bodies.prefix(2)))
        #expect(Set(messages.kept.map(\.id)).count == 1)
        #expect(messages.list.messages.map(\.number) == [1, 1])
        #expect(messages.notes.map(\.text) == ["1 is not delivered yet"])
        let word = messages.nextWord()
        #expect(word?.text == "waiting" && word?.owner == .button(0))
        #expect(word?.sealed?.spoken.leftOut == ["c is a former peer"])
        let files = try messages.kept.map { try folder.content(of: $0) }
        #expect(files[0] != files[1], "each is sealed to a key of its own")
        // What one member does or refuses changes nothing at the other.
        let (id, now) = (messages.kept[0].id, Clock.now())
        for peer in 0..<2 { messages.up(peer, at: now) }
        messages.close(within: .seconds(10))
        messages.receive(.ask(id, part: 0), from: 0, at: now)
        messages.tick(at: now)
        #expect(messages.list.messages.map(\.state) == ["sent", "waiting"])
        messages.receive(.state(id, .denied), from: 1, at: now)
        messages.tick(at: now)
        #expect(messages.list.messages.map { $0.reason == nil } == [true, false])
        messages.receive(.state(id, .heard), from: 0, at: now)
        messages.tick(at: now)
        messages.close(within: .seconds(10))
        #expect(messages.list.messages.map(\.state) == ["heard", "waiting"])
        #expect(messages.list.messages[1].reason != nil)
        // The numbers are shared after a start, too.
        let again = try three(folder).messages
        #expect(again.list.messages.map(\.number) == [1, 1])
    }

    @Test func aMessageThatIsLostLeavesNoFileOfItsFirstReceivers() throws {
        let folder = try MessageFolder()
        var (messages, bodies) = try three(folder)
        let message = spoken(to: Array(bodies.prefix(2)))
        func files() throws -> [String] { try folder.names.filter { !$0.hasSuffix(".key") } }
        let job = try #require(messages.job(toSeal: message).job)
        _ = messages.work.files.perform(job)
        let last = try #require(try files().first { $0.contains(bodies[1]) })
        for name in try files() { try FileStore.remove("\(folder.paths.messages)/\(name)") }
        // No file gets the name of a folder, and none is removed by it.
        try FileStore.makeDirectory("\(folder.paths.messages)/\(last)", mode: 0o700)
        messages.seal(message)
        messages.close(within: .seconds(10))
        #expect(messages.kept.isEmpty)
        #expect(try files() == [last])
        try FileManager.default.removeItem(atPath: "\(folder.paths.messages)/\(last)")
        try folder.put(last, 9)
        messages.tick(at: Clock.now() + .seconds(31))
        messages.close(within: .seconds(10))
        #expect(try files() == [], "what could not be removed is removed later")
    }

    @Test func aMessageToAChannelKeepsTheBoundsOfTheStore() throws {
        let folder = try MessageFolder()
        let bodies = try three(folder).bodies
        // One place is left.
        for low in 0..<255 {
            let waiting = message(UInt64(low), .waiting, of: bodies[low < 128 ? 0 : 2])
            try folder.put(waiting.fileName, waiting.size)
        }
        var messages = try three(folder).messages
        messages.seal(spoken(to: [bodies[1], bodies[0]]))
        messages.close(within: .seconds(10))
        #expect(messages.kept.count == 256)
        var word = messages.nextWord()
        while let next = messages.nextWord() { word = next }
        #expect(word?.sealed?.peers == [bodies[1]])
        #expect(word?.sealed?.spoken.leftOut == [Messages.noRoom("a")])
    }

    @Test func anErasedStationKeepsNothing() throws {
        let folder = try MessageFolder()
        let config = try one()
        var messages = folder.load(config)
        messages.stop()
        let button = SpokenMessage.Owner.button(0)
        let spoken = SpokenMessage(
            to: ["x"], called: "a", by: button, user: nil, .microphone, eventsLost: 0, wall: 5,
            at: Clock.now())
        messages.seal(spoken)
        #expect(messages.work.isIdle)
        let word = messages.nextWord()
        #expect(word?.owner == button, "whoever spoke it is told")
        #expect(messages.refusal(to: "x", called: "a") == Messages.erased)
    }
}
