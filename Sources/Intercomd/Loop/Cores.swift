internal import Peering
internal import Station
internal import Time

/// The sessions with peers and the switchboard over them.
///
/// Everybody may read them. Only `CoresOwner.feed` can tell them anything, and it leaves nothing
/// undone of what they want then.
struct Cores: ~Copyable {
    /// What one of the cores wants done.
    enum Next: ~Copyable {
        case order(Order)
        case action(SessionAction)
    }

    private(set) var table: PeerTable
    private(set) var switchboard: Switchboard
    /// What they want is being done just now.
    private var isDraining = false

    init(_ table: consuming PeerTable, _ switchboard: consuming Switchboard) {
        self.table = table
        self.switchboard = switchboard
    }

    /// When to let time pass for them next; nil means never.
    var deadline: Instant? {
        guard let first = table.deadline, let other = switchboard.deadline else {
            return table.deadline ?? switchboard.deadline
        }
        return min(first, other)
    }

    /// What is to be done next; nil when nothing is.
    private mutating func nextTask() -> Next? {
        if let order = switchboard.nextDecision() { return .order(order) }
        if let action = table.nextAction() { return .action(action) }
        if let order = switchboard.nextOrder() { return .order(order) }
        return nil
    }

    fileprivate mutating func take<R>(
        at now: Instant, _ body: (inout Switchboard, inout PeerTable, Instant) -> R
    ) -> R {
        body(&switchboard, &table, now)
    }

    /// False while they are drained already.
    fileprivate mutating func beginDraining() -> Bool {
        guard !isDraining else { return false }
        isDraining = true
        return true
    }

    /// As `nextTask`; the draining ends when nothing is left.
    fileprivate mutating func drain() -> Next? {
        if let task = nextTask() { return task }
        isDraining = false
        return nil
    }
}

/// The owner of the cores, which does what they want.
protocol CoresOwner: ~Copyable {
    var cores: Cores { get set }
    var now: Instant { get }
    mutating func perform(_ order: Order)
    mutating func perform(_ action: consuming SessionAction)
}

extension CoresOwner where Self: ~Copyable {
    /// Tells the cores what happened, and does what they want then: the one door to them.
    ///
    /// The order in which things are done:
    ///
    /// 1. What the switchboard has decided, oldest first: it follows from what has happened, so
    ///    people hear of it before anything new begins. A peer that goes down is told of before its
    ///    next handshake.
    /// 2. What the sessions want, one action at a time, and after each again what was decided.
    /// 3. What the stations tell each other. A session that is there by then takes it along.
    ///
    /// Doing one of these may feed the cores again. What they want then waits for its turn in the
    /// draining that goes on: each thing is done to its end before the next one begins. When the
    /// outermost `feed` returns, nothing waits.
    ///
    /// - Parameter body: Is given the switchboard, the sessions and the time.
    /// - Returns: What the body returned.
    @discardableResult
    mutating func feed<R>(
        _ body: (inout Switchboard, inout PeerTable, Instant) -> R
    ) -> R {
        let result = cores.take(at: now, body)
        if cores.beginDraining() { drain() }
        return result
    }

    /// Does what the cores want until they want nothing.
    ///
    /// Once in the program: its frame is large, and would be part of each caller's of `feed`.
    @inline(never)
    private mutating func drain() {
        while let task = cores.drain() {
            switch consume task {
            case .order(let order): perform(order)
            case .action(let action): perform(action)
            }
        }
    }
}
