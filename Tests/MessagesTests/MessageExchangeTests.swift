import Crypto
import Seeds
import Testing
import Time
import Vectors
import Wire

@testable import Peering

/// Two stations with messages, over a network that loses and delays records.
private struct Pair {
    var stations: [MessageExchange] = []
    let keys: [RecordingPublicKey]
    var now = Instant(nanoseconds: 1_000_000_000)
    var random: SplitMix64
    var loss = 0
    /// Parts asked for.
    var asked = 0
    var news: [[MessageExchange.News]] = [[], []]
    /// What the receiver has.
    var kept: [[UInt8]] = []
    private var letters: [(at: Instant, to: Int, record: ControlRecord)] = []

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        let one = RecordingKey.random()
        let other = RecordingKey.random()
        keys = [one.publicKey, other.publicKey]
        stations = keys.map { MessageExchange(own: $0) }
    }

    mutating func connect(knowing: Bool = false) {
        for place in 0..<2 {
            stations[place].up(0, knowing: knowing ? keys[1 - place] : nil, at: now)
        }
    }

    mutating func disconnect() {
        for place in 0..<2 { stations[place].down(0) }
        letters = []
    }

    /// Lets time pass; the receiver takes what it is told of, once.
    mutating func run(_ time: Duration) {
        let end = now + time
        while now < end {
            let place = letters.indices.filter { letters[$0].at <= now }.first
            if let place {
                let letter = letters.remove(at: place)
                guard case .message(let message) = letter.record else { continue }
                stations[letter.to].receive(message, from: 0, at: now)
            } else {
                now = now + .milliseconds(1)
            }
            for place in 0..<2 { turn(place) }
        }
    }

    private mutating func turn(_ place: Int) {
        stations[place].tick(at: now)
        while let found = stations[place].nextNews() {
            news[place].append(found)
            switch found {
            case .noticed(_, let notice):
                if kept.isEmpty {
                    stations[place].fetch(notice, from: 0, at: now)
                } else {
                    stations[place].tell(0, notice.id, .delivered)
                }
            case .arrived(_, let notice, let file):
                kept.append(file)
                stations[place].tell(0, notice.id, .delivered)
            case .told(_, _, .delivered): stations[place].offer(nil, to: 0, at: now)
            default: break
            }
        }
        while let (_, record) = stations[place].nextRecord() {
            if case .message(.ask) = record { asked += 1 }
            guard random.next() % 100 >= UInt64(loss) else { continue }
            letters.append((now + .milliseconds(2), 1 - place, record))
        }
        #expect(stations[place].deadline.map { $0 > now } ?? true, "it has nothing left to do now")
    }
}

@Suite struct MessageExchangeTests {
    private static func notice(_ size: Int) -> MessageNotice {
        MessageNotice(
            id: CallID(high: 7, low: 9), size: UInt32(size), milliseconds: 1_000, start: 5)
    }

    private static let partsOfAKey =
        (RecordingPublicKey.size + FilePart.messageSize - 1) / FilePart.messageSize

    private static func file(_ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    }

    @Test func keysAreLearnedAndNotFetchedAgain() {
        var pair = Pair(seed: testSeed())
        pair.connect()
        pair.run(.seconds(2))
        for place in 0..<2 {
            #expect(pair.news[place] == [.key(peer: 0, pair.keys[1 - place])])
        }
        #expect(pair.asked == 2 * Self.partsOfAKey)
        pair.connect(knowing: true)
        pair.run(.seconds(10))
        #expect(pair.asked == 2 * Self.partsOfAKey + 2)
        #expect(pair.news[0].count == 1)
    }

    @Test func aPeerThatDoesNotKnowOfMessagesIsLeftAlone() {
        var pair = Pair(seed: testSeed())
        pair.loss = 100
        pair.connect()
        pair.run(.seconds(60))
        #expect(pair.asked < 20)
    }

    @Test(arguments: [0, 10, 40])
    func aFileComesOnceAndWhole(loss: Int) {
        let seed = testSeed()
        var pair = Pair(seed: seed)
        pair.loss = loss
        pair.connect(knowing: true)
        let file = Self.file(60_001)
        pair.stations[0].offer(Self.notice(file.count), file, to: 0, at: pair.now)
        pair.run(.seconds(loss == 0 ? 2 : 600))
        #expect(pair.kept == [file], "seed \(seed)")
        #expect(pair.stations[0].offered(to: 0) == nil)
    }

    @Test func itGoesOnWhereItWasCutOff() {
        let seed = testSeed()
        var pair = Pair(seed: seed)
        let file = Self.file(47 * 4_000)
        pair.stations[0].offer(Self.notice(file.count), file, to: 0, at: pair.now)
        for _ in 0..<40 {
            pair.connect(knowing: true)
            pair.run(.milliseconds(Int(pair.random.next() % 60)))
            pair.disconnect()
            pair.run(.milliseconds(50))
        }
        pair.connect(knowing: true)
        pair.run(.seconds(20))
        #expect(pair.kept == [file], "seed \(seed)")
        #expect(pair.asked < 4_000 + 41 * 20, "seed \(seed)")
    }

    /// Both sides send the records of the second implementation, byte for byte.
    @Test func aWholeExchangeIsThatOfTheVectors() throws {
        let cases = ProtocolVectors().cases("message")
        #expect(cases.count == 2)
        for (given, wanted) in cases {
            let given = try #require(given as? [String: Any])
            let wanted = try #require(wanted as? [String: Any])
            let text = given["id"] as? String ?? ""
            let id = CallID(
                high: UInt64(text.prefix(16), radix: 16) ?? 0,
                low: UInt64(text.suffix(16), radix: 16) ?? 0)
            let file = bytes(hex: wanted["file"])
            let notice = MessageNotice(
                id: id, size: UInt32(file.count), milliseconds: given["length_ms"] as? UInt32 ?? 0,
                start: (given["file"] as? [String: Any])?["start_ms"] as? UInt64 ?? 0)
            let key = try #require(RecordingPublicKey(bytes: bytes(hex: wanted["key"])))
            let sent = Self.records(of: notice, file, to: key)
            let steps = Set(wanted.keys).subtracting(["key", "file"])
            #expect(Set(sent.keys) == steps)
            for step in steps {
                #expect(
                    sent[step] == (wanted[step] as? [String])?.map { bytes(hex: $0) }, "\(step)")
            }
        }
    }

    /// The records by which a message is delivered and heard, by step; the sender has no key.
    private static func records(
        of notice: MessageNotice, _ file: [UInt8], to key: RecordingPublicKey
    ) -> [String: [[UInt8]]] {
        var stations = [MessageExchange(own: nil), MessageExchange(own: key)]
        let now = Instant(nanoseconds: 1)
        for place in 0..<2 { stations[place].up(0, knowing: nil, at: now) }
        stations[0].offer(notice, file, to: 0, at: now)
        var sent: [String: [[UInt8]]] = [:]
        var isMoving = true
        while isMoving {
            isMoving = false
            for place in 0..<2 {
                stations[place].tick(at: now)
                while let news = stations[place].nextNews() {
                    switch news {
                    case .noticed(_, let found) where found.size == 0:
                        stations[place].tell(0, found.id, .heard)
                    case .noticed(_, let found): stations[place].fetch(found, from: 0, at: now)
                    case .arrived(_, let found, let whole):
                        #expect(whole == file)
                        stations[place].tell(0, found.id, .delivered)
                    case .told(_, let id, .delivered):
                        stations[place].offer(nil, to: 0, at: now)
                        stations[place].ask(0, about: id)
                    case .key(_, let found): #expect(found == key)
                    case .taking, .told: break
                    }
                }
                while let (_, record) = stations[place].nextRecord() {
                    guard case .message(let message) = record else { continue }
                    isMoving = true
                    stations[1 - place].receive(message, from: 0, at: now)
                    let payload = ControlPayload(record)
                    let made = (0..<Int(payload.bytes[1]) + 2).map { payload.bytes[$0] }
                    if let step = step(message, from: place) {
                        sent[step, default: []].append(made)
                    }
                }
            }
        }
        return sent
    }

    private static func step(_ message: MessageRecord, from place: Int) -> String? {
        switch message {
        // The receiver asks for a key in vain.
        case .ask(MessageRecord.key, _): place == 0 ? "key_asks" : nil
        case .ask: "asks"
        case .part(let part): part.file == MessageRecord.key.high ? "key_parts" : "parts"
        case .notice(let notice): notice.size == 0 ? "question" : "notice"
        case .state(_, let state): state == .heard ? "heard" : "delivered"
        }
    }

    @Test func whatWasNotAskedForHasNoEffectAndAnswersAreBounded() throws {
        var exchange = MessageExchange(own: RecordingKey.random().publicKey)
        let now = Instant(nanoseconds: 1)
        exchange.receive(.notice(Self.notice(99)), from: 3, at: now)
        #expect(exchange.nextNews() == nil, "without a session nothing counts")
        exchange.up(3, knowing: nil, at: now)
        let file = Self.file(99)
        let first = FilePart(0, ofMessage: file.span, id: CallID(high: 7, low: 9))
        let part = try #require(first)
        exchange.receive(.part(part), from: 3, at: now)
        #expect(exchange.nextNews() == nil)
        for _ in 0..<2_000 { exchange.receive(.ask(MessageRecord.key, part: 1), from: 3, at: now) }
        for _ in 0..<2_000 {
            exchange.receive(.ask(MessageRecord.key, part: .max), from: 3, at: now)
        }
        exchange.receive(.notice(Self.notice(0)), from: 3, at: now)
        #expect(exchange.nextNews() == .noticed(peer: 3, Self.notice(0)))
        var count = 0
        while exchange.nextRecord() != nil { count += 1 }
        #expect(count == 256)
        var asKey = Self.notice(99)
        asKey.id = CallID(high: 0, low: 9)
        exchange.receive(.notice(asKey), from: 3, at: now)
        #expect(exchange.nextNews() == nil, "its parts would be those of the key")
        exchange.fetch(Self.notice(.max >> 33), from: 3, at: now)
        exchange.receive(.part(part), from: 3, at: now)
        exchange.forget(3)
        #expect(exchange.nextRecord() == nil)
    }
}

@Suite struct SealedMessageTests {
    private static func entries(_ count: Int) -> [UInt8] {
        var entries: [UInt8] = []
        for place in 0..<count {
            let packet = [UInt8](repeating: UInt8(truncatingIfNeeded: place), count: 59)
            RecordingEntry.append(packet.span, source: 0, at: UInt32(10 * place), to: &entries)
        }
        return entries
    }

    @Test(arguments: [Crypto.Suite.aesGCM, .chaChaPoly])
    func onlyItsReceiverOpensIt(suite: Crypto.Suite) {
        let key = RecordingKey.random()
        let other = RecordingKey.random()
        let entries = Self.entries(2_000)
        let file = SealedMessage.seal(
            entries.span, startMilliseconds: 5, to: key.publicKey, suite: suite)
        #expect(file.count < entries.count + 1_600)
        let opened = SealedMessage.open(file.span, with: key)
        #expect(opened == entries)
        let byOther = SealedMessage.open(file.span, with: other)
        #expect(byOther == nil)
        var bent = file
        bent[file.count / 2] ^= 1
        var others = [bent, file + [0]]
        for end in [0, 23, 1_199, 1_300, file.count - 1] { others.append(Array(file[..<end])) }
        for other in others {
            let opened = SealedMessage.open(other.span, with: key)
            #expect(opened == nil)
        }
    }

    @Test func aFileNameTellsAllAndNothingElseIsOne() throws {
        for state in KeptMessage.State.allCases {
            let message = KeptMessage(
                id: CallID(high: 1, low: .max), peer: "abc", start: 1_700_000_000_000,
                milliseconds: 5_200, size: 40_000, state: state)
            #expect(KeptMessage(fileName: message.fileName) == message)
        }
        let old = KeptMessage(
            id: CallID(high: 1, low: 2), peer: "abc", start: 0, milliseconds: 1, size: 2,
            state: .new)
        #expect(KeptMessage(fileName: old.fileName) == old)
        let others = [
            "", ".new", "a.b", "\(old.fileName).new", "+\(old.fileName)", "1_2_3_4_5.new",
            Self.name("-000000000001", "1", "2"), Self.name("10000000000000", "1", "2"),
            Self.name("0000000000001", "-1", "2"), Self.name("0000000000001", "301001", "2"),
            Self.name("0000000000001", "1", "-2"), Self.name("0000000000001", "1", "2097153"),
            Self.name("0000000000001", "1", "\(Int.max)"),
        ]
        #expect(KeptMessage(fileName: Self.name("0000000000001", "1", "2")) != nil)
        for name in others {
            #expect(KeptMessage(fileName: name) == nil, "\(name)")
        }
    }

    private static func name(_ start: String, _ milliseconds: String, _ size: String) -> String {
        "\(start)_\(CallID(high: 1, low: 2).text)_\(milliseconds)_\(size)_abc.new"
    }

    @Test func onePeerLeavesRoomToTheOthers() {
        var kept: [KeptMessage] = []
        func message(_ peer: String) -> KeptMessage {
            KeptMessage(
                id: CallID(high: 0, low: UInt64(kept.count)), peer: peer, start: 0, milliseconds: 9,
                size: 1_500_000, state: .new)
        }
        func room(_ peer: String) -> Bool {
            MessageRoom(for: peer, isIncoming: true, among: kept).has(1_500_000)
        }
        while room("flood") { kept.append(message("flood")) }
        #expect(kept.count > 10)
        for peer in ["a", "b", "c"] {
            #expect(room(peer))
            kept.append(message(peer))
        }
        #expect(MessageRoom(for: "flood", isIncoming: false, among: kept).has(1_500_000))
        for place in kept.indices { kept[place].state = .gone }
        #expect(room("flood"), "what is deleted takes no room")
    }
}
