import Crypto
import Peering
import Seeds
import Station
import Testing
import Time
import Wire

@testable import Intercomd

/// Has the cores of a station with two peers, and writes down what it does for them.
private struct Owner: ~Copyable, CoresOwner {
    var cores: Cores
    var now = Instant(nanoseconds: 0)
    var done: [String] = []
    /// What is fed while each of these is done.
    var feeds: [String: (inout Switchboard, inout PeerTable) -> Void] = [:]
    /// Things that are being done at this moment.
    private var depth = 0
    private(set) var depthMax = 0

    init() {
        var table = PeerTable(identity: Key.random(), bootID: 1) { Random.fill(&$0) }
        for _ in 0..<2 {
            table.add(
                publicKey: X25519.publicKey(of: Key.random()), psk: nil, suite: .aesGCM, at: now)
        }
        let frames = LossProtection.Frames(samples: 960, size: 60, sizeRepeated: 60)
        cores = Cores(
            table,
            Switchboard(targets: [], channels: [], firstMids: [0, 0], frames: frames, at: now))
    }

    mutating func perform(_ order: Order) {
        switch order {
        // The target of a peer alone is 32 and its number.
        case .sound(.press(let target, let isDown)):
            perform("\(isDown ? "press" : "release") \(target - 32)")
        case .sound(.hear(let peer, _, _, _)): perform("hear \(peer)")
        case .send(let peer, _): perform("send to \(peer)")
        case .want(let peer): perform("want \(peer)")
        case .notice(.peerUp(let peer)): perform("tell that \(peer) is up")
        case .notice(.peerDown(let peer)): perform("tell that \(peer) is down")
        default: perform("another order")
        }
    }

    mutating func enact(_ action: consuming SessionAction) {
        switch consume action {
        case .transmit: perform("transmit")
        case .resolve(let peer): perform("resolve \(peer)")
        default: perform("another action")
        }
    }

    private mutating func perform(_ what: String) {
        depth += 1
        depthMax = max(depthMax, depth)
        done.append(what)
        if let body = feeds[what] { feed { board, table, _ in body(&board, &table) } }
        done.append("\(what), done")
        depth -= 1
    }

    /// What was begun, in order.
    var begun: [String] { done.filter { !$0.hasSuffix(", done") } }
}

@Suite struct CoresTests {
    private let address = Endpoint(high: 0, low: 0xFFFF_0A00_0001, port: 4_567)

    @Test func whatIsFedIsDoneWhenFeedReturns() {
        var owner = Owner()
        let answer = owner.feed { board, _, _ in
            board.press(3)
            return 7
        }
        #expect(answer == 7)
        #expect(owner.begun == ["press 3"])
    }

    @Test func decisionsComeBeforeSessionsAndSessionsBeforeRecords() {
        var owner = Owner()
        let address = address
        owner.feed { board, table, now in
            table.setEndpoints([address], of: 1, at: now)
            board.up(peer: 0, isNewBoot: true, at: now)
            board.renewed(peer: 0, at: now)
        }
        let kinds = owner.begun.filter { $0 != "hear 0" }
        #expect(kinds == ["tell that 0 is up", "transmit", "resolve 1", "send to 0"])
        #expect(owner.begun.count > kinds.count)
    }

    @Test func whatAnOrderFeedsIsDoneAfterItByTheSameDraining() {
        var owner = Owner()
        owner.feeds["press 1"] = { board, _ in board.press(2) }
        owner.feeds["press 2"] = { board, _ in board.press(3) }
        owner.feed { board, _, _ in
            board.press(1)
            board.press(4)
        }
        #expect(
            owner.done == [
                "press 1", "press 1, done", "press 4", "press 4, done", "press 2", "press 2, done",
                "press 3", "press 3, done",
            ])
        #expect(owner.depthMax == 1)
    }

    @Test func whatFollowsFromAnActionIsToldBeforeTheNextAction() {
        var owner = Owner()
        let address = address
        owner.feeds["transmit"] = { board, _ in board.press(1) }
        owner.feed { _, table, now in
            for peer in 0..<2 { table.setEndpoints([address], of: peer, at: now) }
        }
        #expect(
            owner.begun == [
                "transmit", "press 1", "resolve 0", "transmit", "press 1", "resolve 1",
            ])
    }

    /// Whatever is fed, from outside and while things are done: nothing waits afterwards.
    @Test(arguments: testSeeds(50))
    func nothingIsLeftUndone(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var owner = Owner()
        let address = address
        for step in 0..<200 {
            owner.now = Instant(nanoseconds: Int64(step) * 100_000_000)
            let now = owner.now
            let kind = random.next() % 6
            let peer = Int(random.next() % 2)
            if random.next() % 4 == 0 {
                let inner = Int(random.next() % 40)
                owner.feeds["press \(peer)"] = { board, table in
                    if inner > 1 { board.press(inner) }
                    table.wanted(peer: peer, at: now)
                }
            }
            owner.feed { board, table, now in
                switch kind {
                case 0: board.press(peer)
                case 1: board.up(peer: peer, isNewBoot: true, at: now)
                case 2: board.down(peer: peer, at: now)
                case 3: table.setEndpoints([address], of: peer, at: now)
                case 4:
                    table.tick(at: now)
                    board.tick(at: now)
                default: table.wanted(peer: peer, at: now)
                }
            }
            owner.done = []
            owner.feed { _, _, _ in }
            #expect(owner.done == [], "seed \(seed), step \(step)")
        }
        #expect(owner.depthMax == 1)
    }
}

extension Switchboard {
    /// A person opens the microphone for this peer alone.
    fileprivate mutating func press(_ peer: Int) {
        let named = Wish.Named("", TalkTarget(stream: 0, reference: 0, listeners: [peer]))
        let sound = (true, true)
        do throws(Wish.Problem) {
            _ = try handle(
                .talk(named, isDown: true), with: sound, at: Instant(nanoseconds: 0))
        } catch { Issue.record("\(error)") }
    }
}
