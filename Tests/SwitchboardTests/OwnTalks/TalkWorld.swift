import Audio
import Testing
import Time
import Wire

@testable import Station

/// A talker in virtual time, and what its listeners report.
struct TalkWorld {
    static let start = Instant(nanoseconds: 7_000_000_000)
    /// A talk target on a channel, and the peers who hear it.
    static let channel = 3
    static let members: PeerSet = [1, 2]

    var talks = OwnTalks()
    var around = Surroundings()
    var pager = Pager()
    private var announcer = Announcer()
    var now = TalkWorld.start
    private var orders = Orders()

    init() {
        around.peers = [0, 1, 2, 3, 4]
        around.up = [0, 1, 2, 3]
        around.down = [4, 5, 6, 7]
        around.hasPermitTone = true
    }

    /// Lets time pass.
    mutating func wait(_ ms: Int) { now = now + .milliseconds(ms) }

    /// All that was ordered since it was asked last.
    mutating func taken() -> [Order] { orders.all }

    /// Takes the orders that were made, which must be these.
    mutating func expect(_ orders: Order..., at place: SourceLocation = #_sourceLocation) {
        let taken = taken()
        #expect(taken == orders, sourceLocation: place)
    }

    /// A talkspurt begins.
    ///
    /// - Returns: Its number.
    @discardableResult
    mutating func begin(
        _ target: Int = Self.channel, _ listeners: PeerSet = Self.members, first: UInt16? = 1_000,
        isDoubted: Bool = false
    ) -> Int {
        talks.began(
            target, called: "target \(target)", listeners, first: first, isDoubted: isDoubted,
            around, at: now, &orders)
    }

    /// A talkspurt to the channel begins, which these hear.
    @discardableResult
    mutating func begin(to listeners: PeerSet, first: UInt16? = 1_000, isDoubted: Bool = false)
        -> Int
    {
        begin(Self.channel, listeners, first: first, isDoubted: isDoubted)
    }

    /// A second of a talkspurt to peer 1, which has heard it.
    mutating func beginHeard() {
        begin(to: [1])
        reportShare(after: 1_000, from: 1)
    }

    mutating func end(_ target: Int = Self.channel, frames: Int) {
        talks.ended(target, frames: frames, at: now)
    }

    /// A listener reports a second, or so many frames of 10 ms, and that it heard this share.
    mutating func report(
        after ms: Int = 0, from peer: Int, on target: Int = Self.channel, frames: UInt16 = 100,
        highest: UInt16 = 1_099, _ heard: Heard?
    ) {
        wait(ms)
        let report = Report(
            stream: UInt8(target), highest: highest, loss: 0, burst: 0, jitter: 0, delay: 20,
            concealed: 0, received: frames)
        talks.reported(report, heard, by: peer, around, at: now, &orders)
    }

    /// A listener reports, and does not count what it has played.
    mutating func reportShare(
        after ms: Int = 0, from peer: Int, on target: Int = Self.channel, frames: UInt16 = 100,
        highest: UInt16 = 1_099, share: UInt8 = 255, _ why: Unheard = .heard
    ) {
        report(
            after: ms, from: peer, on: target, frames: frames, highest: highest,
            Heard(stream: UInt8(target), share: share, why: why))
    }

    /// A listener tells whether it hears a stream at this moment.
    mutating func tell(from peer: Int, on stream: Int = Self.channel, _ why: Unheard) {
        let share: UInt8 = why == .heard ? 255 : 0
        talks.told(
            Heard(stream: UInt8(stream), share: share, why: why), by: peer, around, at: now,
            &orders)
    }

    mutating func tell(from peer: Int, _ heard: Heard) {
        talks.told(heard, by: peer, around, at: now, &orders)
    }

    mutating func judgeAnew() { talks.judgeAnew(around, at: now, &orders) }

    mutating func judge(_ change: (inout Surroundings) -> Void) {
        change(&around)
        judgeAnew()
    }

    mutating func checkSilentListeners(after ms: Int = 0) {
        wait(ms)
        talks.checkSilentListeners(around, at: now, &orders)
    }

    mutating func replace(_ peer: Int) { talks.replace(peer, &orders) }

    /// Lets time pass until the last reports on all talkspurts are in.
    mutating func awaitReports() {
        while let deadline = talks.deadline {
            now = max(now, deadline)
            tick()
        }
    }

    mutating func tick() { talks.tick(around, at: now, &pager, &announcer, &orders) }

    /// A page is over whose caller waits for what was heard of this talkspurt.
    mutating func awaitPage(_ spurt: Int, for caller: ProgramTicket) {
        pager.begin("house", during: spurt, after: nil, &orders)
        pager.keep(for: caller)
        pager.end(spurt, &orders)
    }

    func hearsNow(_ peer: Int, isHeld: Bool = false) -> NowHeard? {
        talks.hearsNow(peer, isHeld: isHeld, around, at: now)
    }

    /// Whether the channel is talked to and nobody hears it.
    var isTalkingToNobody: Bool { talks.isTalkingToNobody([Self.channel]) }

    /// What was told of the talkspurts whose last reports are in; one of so many frames ends now.
    mutating func outcomes(of frames: Int? = nil) -> [[HeardAt]] {
        if let frames { end(frames: frames) }
        awaitReports()
        return taken().compactMap { order in
            if case .notice(.heard(_, _, let heard)) = order { heard } else { nil }
        }
    }
}

/// What was heard of it, at a listener.
func heard(_ peer: Int, _ percent: Int, _ obstacle: Obstacle? = nil) -> HeardAt {
    HeardAt(peer: peer, percent: percent, obstacle)
}

/// Nobody hears what is said to the channel, and why each listener does not.
func nobodyHears(_ obstacles: (Int, Obstacle?)..., target: Int = TalkWorld.channel) -> Order {
    .notice(
        .noListener(
            target: "target \(target)",
            obstacles.map { HeardAt(peer: $0.0, percent: nil, $0.1) }))
}
