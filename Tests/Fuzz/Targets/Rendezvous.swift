import Crypto
import Peering
import Time
import Wire

extension FuzzTarget {
    /// What a broker gives two stations that know each other: their notes, true, changed, old and
    /// under other topics, while the clocks jump; and what a STUN server and a forwarder send.
    static let rendezvous = FuzzTarget(name: "rendezvous") { bytes, isPlanted in
        if let encoded = WhereaboutsRecord(parsing: bytes)?.encoded {
            let again = WhereaboutsRecord(parsing: encoded.span)?.encoded
            precondition(again == encoded, "it is read as it was written")
        }
        answer(bytes)
        var input = FuzzInput(bytes)
        var room = BrokerRoom()
        for _ in 0..<64 where !input.isAtEnd { room.step(&input) }
        planted(isPlanted, at: room.told > 1 && room.missed > 0)
    }
}

/// An answer of a STUN server to this station's question, with any attributes.
private func answer(_ attributes: Span<UInt8>) {
    let question = STUNBinding { bytes in for place in bytes.indices { bytes[place] = 7 } }
    let header = question.request
    let answer = [1, 1, 0, UInt8(truncatingIfNeeded: attributes.count)] + header[4...]
    _ = question.mapped(in: (answer + attributes.array).span)
}

/// Two stations, and all that they have published.
private struct BrokerRoom {
    private struct Note {
        let writer: Int
        let topic: String
        var sealed: [UInt8]
    }

    private var stations: [Rendezvous]
    private let keys: [PublicKey]
    private var walls = [1_800_000_000_000, 1_800_000_000_000]
    private var now = Instant(nanoseconds: 1_000_000_000)
    private var notes: [Note] = []
    /// The addresses and the minutes of calls in vain that each has ever told.
    private var places: [[Endpoint]] = [[], []]
    private var calls: [[Int]] = [[], []]
    private(set) var told = 0
    private(set) var missed = 0

    init() {
        func secret(_ one: Int) -> Key {
            Key { bytes in for place in bytes.indices { bytes[place] = UInt8(one + 1) } }
        }
        keys = [0, 1].map { X25519.publicKey(of: secret($0)) }
        stations = keys.map { Rendezvous(own: $0) { bytes in Random.fill(&bytes) } }
        for one in 0...1 {
            let key = RendezvousKey(own: secret(one), peer: keys[1 - one], psk: .zero())!
            stations[one].setPeers([(7, keys[1 - one], key)], wall: walls[one], at: now)
        }
    }

    mutating func step(_ input: inout FuzzInput) {
        let one = input.below(2)
        now = now + .milliseconds(100 * input.below(100))
        switch input.below(8) {
        case 0: stations[one].connected(wall: walls[one], at: now)
        case 1: stations[one].disconnected()
        case 2:
            let found = input.piece(3).map {
                Endpoint(high: 0, low: 0xFFFF_0A00_0000 | UInt64($0), port: 5577)
            }
            places[one] += found
            stations[one].setAddresses(found, wall: walls[one], at: now)
        case 3: walls[one] = max(0, walls[one] + (Int(input.word()) - 0x4000) * 10_000)
        case 4:
            calls[one].append(walls[one] / 60_000)
            stations[one].calledInVain(peer: 7, wall: walls[one], at: now)
        case 5: stations[one].want(peer: 7, wall: walls[one], at: now)
        case 6: stations[one].tick(wall: walls[one], at: now)
        default: deliver(&input)
        }
        take(one)
    }

    private mutating func deliver(_ input: inout FuzzInput) {
        guard !notes.isEmpty else { return }
        let note = notes[notes.count - 1 - input.below(notes.count)]
        let other = notes[notes.count - 1 - input.below(notes.count)]
        let reader = 1 - note.writer
        var sealed = note.sealed
        input.mutate(&sealed)
        let topic = input.below(4) == 0 ? other.topic : note.topic
        stations[reader].receive(sealed.span, at: topic, wall: walls[reader])
        take(reader)
    }

    private mutating func take(_ one: Int) {
        while let action = stations[one].nextAction() {
            switch action {
            case .subscribe, .unsubscribe: break
            case .publish(let topic, let sealed):
                notes.append(Note(writer: one, topic: topic, sealed: sealed))
            case .told(let peer, let addresses):
                told += 1
                precondition(peer == 7)
                for address in addresses {
                    precondition(places[1 - one].contains(address), "nobody has told this")
                }
            case .missedCall(let peer, let time):
                missed += 1
                // A minute of number 0 counts as the one before.
                let minute = time / 60_000
                precondition(
                    peer == 7 && calls[1 - one].contains { $0 == minute || $0 == minute + 1 },
                    "nobody called then")
            }
        }
    }
}
