import Config
import Crypto
import Files
import HAL
import Peering
import Seeds
import Testing
import Time
import Wire

@testable import Intercomd

/// A sender and a receiver of messages with their disks, and a link between them, in virtual time.
///
/// A disk takes no virtual time, except where a daemon is killed while it works.
private final class CutLink {
    let config: Config
    let folders: [MessageFolder]
    private(set) var daemons: [Messages] = []
    var random: SplitMix64
    /// The number of times that the receiver announced a new message.
    private(set) var announced = 0
    private let writers = [WorkChain(), WorkChain()]
    private var now = Instant(nanoseconds: 1_000_000_000)
    private var letters: [(at: Instant, to: Int, message: MessageRecord)] = []

    init(_ config: Config, seed: UInt64) throws {
        (self.config, random) = (config, SplitMix64(seed: seed))
        folders = try [MessageFolder(), MessageFolder()]
        daemons = (0..<2).map { load($0) }
    }

    private func load(_ place: Int) -> Messages {
        var daemon = Messages(folders[place].paths, usesAES: true, writer: writers[place])
        daemon.configure(directory(config), config)
        return daemon
    }

    func number(below limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

    func seal(_ spoken: SpokenMessage) {
        daemons[0].seal(spoken)
        settle(0)
    }

    func connect() {
        for place in 0..<2 { daemons[place].up(0, at: now) }
    }

    func cut() {
        for place in 0..<2 { daemons[place].down(0) }
        letters = []
    }

    /// Kills a daemon while it works, and starts it again: a file that is being written gets whole.
    func kill(_ place: Int) {
        for _ in 0..<number(below: 4) { step(isSettling: false) }
        cut()
        let isOver = writers[place].begin { true }.take(within: .seconds(10)) ?? false
        #expect(isOver)
        daemons[place] = load(place)
    }

    func run(milliseconds: Int) {
        for _ in 0..<milliseconds { step(isSettling: true) }
    }

    private func step(isSettling: Bool) {
        now = now + .milliseconds(1)
        let due = letters.filter { $0.at <= now }
        letters.removeAll { $0.at <= now }
        for letter in due { daemons[letter.to].receive(letter.message, from: 0, at: now) }
        for place in 0..<2 {
            daemons[place].tick(at: now)
            if isSettling { settle(place) }
            while let word = daemons[place].nextWord() {
                announced += word.text == "new" ? 1 : 0
            }
            while let (_, record) = daemons[place].nextRecord() {
                guard case .message(let message) = record else { continue }
                letters.append((now + .milliseconds(2), 1 - place, message))
            }
        }
    }

    private func settle(_ place: Int) {
        while !daemons[place].work.isIdle {
            Clock.sleep(.milliseconds(1))
            daemons[place].tick(at: now)
        }
    }
}

@Suite struct MessageCutsTests {
    private static func spoken(_ packets: Int, to body: String) -> SpokenMessage {
        var entries: [UInt8] = []
        for number in 0..<packets {
            // 20 ms each.
            let packet = [0xF8] + (0..<50).map { UInt8(truncatingIfNeeded: number &* 7 &+ $0) }
            RecordingEntry.append(
                packet.span, source: 0, at: UInt32(20 * number), to: &entries)
        }
        var spoken = SpokenMessage(
            to: [body], called: "a", by: .button(0), user: nil, .program(left: entries.count),
            eventsLost: 0, wall: 5, at: Clock.now())
        spoken.take(entries.span, at: Clock.now())
        let isMessage = spoken.measure()
        #expect(isMessage)
        return spoken
    }

    @Test func eachComesOnceAndWholeThroughAHundredCutsAndKills() throws {
        let seed = testSeed()
        let key = X25519.publicKey(of: Key(copying: [UInt8](repeating: 1, count: 32).span))
        let config = try config("[station]\nname = x\n[peer a]\nkey = \(key.text)\n")
        let link = try CutLink(config, seed: seed)
        link.connect()
        link.run(milliseconds: 500)
        link.cut()
        let body = directory(config).key(of: 0).body
        for _ in 0..<12 { link.seal(Self.spoken(20 + link.number(below: 700), to: body)) }
        var sealed: [CallID: [UInt8]] = [:]
        for message in link.daemons[0].kept {
            sealed[message.id] = try link.folders[0].content(of: message)
        }
        #expect(sealed.count == 12)
        var kills = 0
        for _ in 0..<100 {
            link.connect()
            link.run(milliseconds: link.number(below: 60))
            link.cut()
            guard link.number(below: 4) == 0 else { continue }
            link.connect()
            link.run(milliseconds: link.number(below: 60))
            link.kill(link.number(below: 2))
            kills += 1
        }
        #expect(kills > 5, "seed \(seed)")
        link.connect()
        link.run(milliseconds: 20_000)
        let (sender, receiver) = (link.daemons[0], link.daemons[1])
        #expect(sender.kept.count == 12, "seed \(seed)")
        #expect(sender.kept.allSatisfy { $0.state == .delivered }, "seed \(seed)")
        #expect(receiver.kept.count == 12, "seed \(seed)")
        #expect(Set(receiver.kept.map(\.id)) == Set(sealed.keys), "seed \(seed)")
        for message in receiver.kept {
            #expect(message.state == .new, "seed \(seed)")
            #expect(try link.folders[1].content(of: message) == sealed[message.id], "seed \(seed)")
        }
        for message in sender.kept { #expect(try link.folders[0].content(of: message) == []) }
        #expect(link.announced <= 12, "seed \(seed)")
        let files = try link.folders[1].names.filter { !$0.hasSuffix(".key") }
        #expect(files.count == 12, "seed \(seed)")
    }
}
