import Crypto
import Testing

@testable import Peering

@Suite struct ActionQueueTests {
    @Test(arguments: [0, 1, 31, 32, 500])
    func howeverManyWaitTheyComeOutInOrder(before: Int) {
        var queue = ActionQueue()
        // The ring begins anywhere.
        for peer in 0..<before {
            queue.push(.cover(peer: peer))
            _ = queue.pop()
        }
        let many = 10 * ActionQueue.initial + 1
        var fetched: [Fetched] = []
        for peer in 0..<many {
            queue.push(.cover(peer: peer))
            // Some are fetched while others wait.
            if peer % 7 == 0, let action = queue.pop() { fetched.append(Fetched(action)) }
        }
        while let action = queue.pop() { fetched.append(Fetched(action)) }
        #expect(fetched == (0..<many).map { .cover(peer: $0) })
    }

    @Test func everythingAtOnceForAllPeersFits() {
        // 31 peers, and no action is fetched until all have been told.
        let own = [UInt8](repeating: 0xEE, count: 32)
        var table = PeerTable(identity: key(own), bootID: 1, random: ScriptedRandom().fill)
        for number in UInt8(0)..<31 {
            let peer = X25519.publicKey(of: key([UInt8](repeating: number + 1, count: 32)))
            table.add(publicKey: peer, psk: nil, suite: .aesGCM, at: ms(0))
            table.setEndpoints([host(UInt64(number))], of: Int(number), at: ms(0))
        }
        #expect(table.messages().count == 31)
        for peer in 0..<31 { table.wanted(peer: peer, at: seconds(5)) }
        table.tick(at: seconds(5))
        for peer in 0..<31 {
            table.traffic(
                peer: peer, sent: 0, lastSent: nil, lastOpened: seconds(5), lastRefused: nil,
                at: seconds(5))
        }
        #expect(table.messages().count == 31)
    }
}
