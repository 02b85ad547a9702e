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

/// A sender and the two receivers of its channel, with their disks, and a link to each receiver, in
/// virtual time.
///
/// A disk takes no virtual time, except where a daemon is killed while it works.
private final class CutLink {
    /// The sender has two peers, a receiver one.
    private let settings: [Config]
    let folders: [MessageFolder]
    private(set) var daemons: [Messages] = []
    var random: SplitMix64
    /// The number of times that a receiver announced a new message.
    private(set) var announced = 0
    /// The number of kills of each daemon that cut the writing of messages.
    private(set) var cuts = [0, 0, 0]
    private let writers = [WorkChain(), WorkChain(), WorkChain()]
    private var now = Instant(nanoseconds: 1_000_000_000)
    private var letters: [(at: Instant, to: Int, from: Int, message: MessageRecord)] = []

    init(seed: UInt64) throws {
        random = SplitMix64(seed: seed)
        settings = try [2, 1, 1].map { count in
            let peers = (1...count).map { place in
                let secret = Key(copying: [UInt8](repeating: UInt8(place), count: 32).span)
                return "[peer p\(place)]\nkey = \(X25519.publicKey(of: secret).text)\n"
            }
            return try config("[station]\nname = x\n" + peers.joined())
        }
        folders = try [MessageFolder(), MessageFolder(), MessageFolder()]
        daemons = (0..<3).map { load($0) }
    }

    private func load(_ place: Int) -> Messages {
        var daemon = Messages(folders[place].paths, usesAES: true, writer: writers[place])
        daemon.configure(directory(settings[place]), settings[place])
        return daemon
    }

    /// The characters of the receivers' public keys.
    var bodies: [String] { (0..<2).map { directory(settings[0]).key(of: $0).body } }

    func number(below limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

    func seal(_ spoken: SpokenMessage) {
        daemons[0].seal(spoken)
        settle(0)
    }

    func connect() {
        daemons[0].up(1, at: now)
        for place in 0..<3 { daemons[place].up(0, at: now) }
    }

    func cut() {
        daemons[0].down(1)
        for place in 0..<3 { daemons[place].down(0) }
        letters = []
    }

    /// Kills a daemon while it works, and starts it again.
    func kill(_ place: Int) throws {
        for _ in 0..<number(below: 4) { step(settling: 0..<0) }
        try restart(place)
    }

    /// Kills the sender while it writes a message, and starts it again.
    func kill(whileSealing spoken: SpokenMessage) throws {
        settle(0)
        daemons[0].seal(spoken)
        daemons[0].tick(at: now)
        try restart(0)
    }

    /// Kills a receiver while it writes a message, if one comes in time, and starts it again.
    func kill(whileKeepingAt place: Int) throws {
        for _ in 0..<300 {
            let isKeeping = daemons[place].work.jobs.contains {
                if case .keep = $0 { true } else { false }
            }
            if isKeeping { break }
            step(settling: place == 1 ? 2..<3 : 1..<2)
            settle(0)
        }
        try restart(place)
    }

    private func restart(_ place: Int) throws {
        cut()
        let isOver = writers[place].begin { true }.take(within: .seconds(10)) ?? false
        #expect(isOver)
        try cutWriting(at: place)
        daemons[place] = load(place)
    }

    /// Leaves the messages behind that a kill of this daemon may leave: the first of those that it
    /// was writing are whole, the next one is a draft, and others are not there.
    private func cutWriting(at place: Int) throws {
        let (daemon, folder) = (daemons[place], folders[place])
        let known = Set(daemon.kept.map { "\($0.peer) \($0.id.text)" })
        let written = try folder.names.compactMap { KeptMessage(fileName: $0) }
            .filter { !known.contains("\($0.peer) \($0.id.text)") }
            .sorted { daemon.number(of: $0.peer) ?? 0 < daemon.number(of: $1.peer) ?? 0 }
        guard !written.isEmpty else { return }
        let whole = cuts[place] % (written.count + 1)
        cuts[place] += 1
        for (index, message) in written.enumerated().dropFirst(whole) {
            try FileStore.remove("\(folder.paths.messages)/\(message.fileName)")
            if index == whole { try folder.put("\(message.fileName).new", message.size / 2) }
        }
    }

    func run(milliseconds: Int) {
        for _ in 0..<milliseconds { step(settling: 0..<3) }
    }

    private func step(settling: Range<Int>) {
        now = now + .milliseconds(1)
        let due = letters.filter { $0.at <= now }
        letters.removeAll { $0.at <= now }
        for letter in due {
            daemons[letter.to].receive(letter.message, from: letter.from, at: now)
        }
        for place in 0..<3 {
            daemons[place].tick(at: now)
            if settling.contains(place) { settle(place) }
            while let word = daemons[place].nextWord() {
                announced += word.text == "new" ? 1 : 0
            }
            while let (peer, record) = daemons[place].nextRecord() {
                guard case .message(let message) = record else { continue }
                // The receivers are the sender's peers 0 and 1.
                let (to, from) = place == 0 ? (peer + 1, 0) : (0, place - 1)
                letters.append((now + .milliseconds(2), to, from, message))
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
    private static func spoken(_ packets: Int, to bodies: [String]) -> SpokenMessage {
        var entries: [UInt8] = []
        for number in 0..<packets {
            // 20 ms each.
            let packet = [0xF8] + (0..<50).map { UInt8(truncatingIfNeeded: number &* 7 &+ $0) }
            RecordingEntry.append(
                packet.span, source: 0, at: UInt32(20 * number), to: &entries)
        }
        var spoken = SpokenMessage(
            to: bodies, called: "all", by: .button(0), user: nil, .program(left: entries.count),
            eventsLost: 0, wall: 5, at: Clock.now())
        spoken.take(entries.span, at: Clock.now())
        let isMessage = spoken.measure()
        #expect(isMessage)
        return spoken
    }

    @Test func eachComesOnceAndWholeThroughAHundredCutsAndKills() throws {
        let seed = testSeed()
        let link = try CutLink(seed: seed)
        let bodies = link.bodies
        link.connect()
        link.run(milliseconds: 500)
        link.cut()
        /// The sealed files of each receiver; a kill leaves some receivers without one.
        var sealed: [[CallID: [UInt8]]] = [[:], [:]]
        func note() throws {
            for message in link.daemons[0].kept where message.hasSound {
                let receiver = try #require(bodies.firstIndex(of: message.peer))
                sealed[receiver][message.id] = try link.folders[0].content(of: message)
            }
        }
        func spoken() -> SpokenMessage { Self.spoken(20 + link.number(below: 700), to: bodies) }
        for _ in 0..<12 { link.seal(spoken()) }
        try note()
        #expect(sealed.map(\.count) == [12, 12])
        var kills = 0
        for _ in 0..<100 {
            link.connect()
            link.run(milliseconds: link.number(below: 60))
            link.cut()
            guard link.number(below: 3) == 0 else { continue }
            link.connect()
            link.run(milliseconds: link.number(below: 60))
            switch link.number(below: 6) {
            case 0: try link.kill(whileSealing: spoken())
            case 1, 2: try link.kill(whileKeepingAt: 1 + link.number(below: 2))
            default: try link.kill(link.number(below: 3))
            }
            try note()
            kills += 1
        }
        // One for each way in which a message to two receivers is cut.
        for _ in 0..<3 {
            try link.kill(whileSealing: spoken())
            try note()
        }
        #expect(kills > 5 && link.cuts[0] >= 3, "seed \(seed)")
        #expect(link.cuts[1] + link.cuts[2] > 0, "seed \(seed)")
        #expect(sealed[0].count > sealed[1].count, "some went to the first alone, seed \(seed)")
        link.connect()
        link.run(milliseconds: 20_000)
        let (sender, count) = (link.daemons[0], sealed[0].count + sealed[1].count)
        #expect(sender.kept.count == count, "seed \(seed)")
        #expect(sender.kept.allSatisfy { $0.state == .delivered }, "seed \(seed)")
        for message in sender.kept { #expect(try link.folders[0].content(of: message) == []) }
        #expect(link.announced <= count, "seed \(seed)")
        for (place, sealed) in sealed.enumerated() {
            let (receiver, folder) = (link.daemons[place + 1], link.folders[place + 1])
            #expect(receiver.kept.count == sealed.count, "seed \(seed)")
            #expect(Set(receiver.kept.map(\.id)) == Set(sealed.keys), "seed \(seed)")
            for message in receiver.kept {
                #expect(message.state == .new, "seed \(seed)")
                #expect(try folder.content(of: message) == sealed[message.id], "seed \(seed)")
            }
            let files = try folder.names.filter { !$0.hasSuffix(".key") }
            #expect(files.count == sealed.count, "no draft is left, seed \(seed)")
        }
    }
}
