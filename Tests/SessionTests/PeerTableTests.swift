import Crypto
import Seeds
import Testing
import Time
import Wire

@testable import Peering

@Suite struct PeerTableTests {
    @Test func twoStationsThatStartTalkToEachOther() {
        let pair = Pair(seed: 1)
        pair.a.start()
        #expect(pair.network.run(for: .seconds(5)) { pair.isConverged } == false)
        pair.b.start()
        #expect(pair.network.run(for: .seconds(5)) { pair.isConverged })
        #expect(pair.a.happenings == [.up(peer: 0, newBoot: true)])
        #expect(pair.b.happenings == [.up(peer: 0, newBoot: true)])
        pair.a.speak(7)
        pair.b.speak(8)
        pair.network.run(for: .milliseconds(10))
        #expect(pair.b.media[0].heard == [7])
        #expect(pair.a.media[0].heard == [8])
        let state = pair.a.state()
        #expect(state?.handshakes == 1)
        #expect(state?.hasPSK == true)
        #expect(state?.endpoint == host(2))
        let session = pair.a.table.associations[0]?.records.current
        #expect(session?.index == pair.a.media[0].currentIndex)
        // Each knows which run of the other it is with, whoever has begun the handshake.
        let boots = [pair.a, pair.b].map { $0.table.associations[0]?.bootID }
        #expect(boots == [pair.b, pair.a].map { $0.table.own.capabilities.bootID })
        #expect(pair.a.state(1) == nil)
    }

    /// Any calls in any order: no trap, and nothing left overdue.
    @Test(arguments: testSeeds(15)) func anyOrderOfCallsLeavesNothingOverdue(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        func below(_ bound: UInt64) -> Int { Int(generator.next() % bound) }
        let exchange = Exchange(.aesGCM, limits: .rekeying(3_000, 4_000, expiry: 8_000))
        var now = ms(0)
        var messages: [[UInt8]] = [exchange.m1()]
        var indices: [UInt32] = [0]
        func note(_ fetched: [Fetched]) {
            messages += fetched.compactMap(\.message)
            for case .install(_, let index, _, _) in fetched { indices.append(index) }
            messages = messages.suffix(12)
            indices = indices.suffix(8)
        }
        for step in 0..<300 {
            now = now + .milliseconds(generator.next() % 400)
            let then = now - .milliseconds(generator.next() % 20_000)
            let index = indices[below(UInt64(indices.count))]
            let toInitiator = below(2) == 0
            func call(_ table: inout PeerTable) {
                switch below(13) {
                case 0..<5:
                    var message = messages[below(UInt64(messages.count))]
                    if below(4) == 0 { message[below(UInt64(message.count))] ^= 1 }
                    _ = table.receive(message.span, from: host(UInt64(below(3))), at: now)
                case 5: table.wanted(peer: 0, at: now)
                case 6...8: table.switched(peer: 0, index: index, at: now)
                case 9:
                    table.confirm(
                        UInt8(below(2)), boot: below(2) == 0 ? 1 : 2, peer: 0, index: index,
                        at: now)
                case 10:
                    if below(4) == 0 { table.closed(peer: 0, index: index, at: now) }
                case 11:
                    table.traffic(
                        peer: 0, sent: generator.next() % (1 << 23), lastSent: then,
                        lastOpened: below(2) == 0 ? then : nil,
                        lastRefused: below(2) == 0 ? now : nil, at: now)
                default:
                    table.setEndpoints((0..<below(3)).map { host(UInt64($0)) }, of: 0, at: now)
                }
                table.tick(at: now)
                note(table.fetch())
                let isOverdue = table.deadline.map { $0 <= now } ?? false
                #expect(!isOverdue, "seed \(seed), step \(step)")
            }
            if toInitiator {
                call(&exchange.initiator)
            } else {
                call(&exchange.responder)
            }
        }
    }
}
