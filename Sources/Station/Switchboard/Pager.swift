/// The page from the microphone: one at a time, for as long as the caller that asked for it is
/// there, and for a minute at most.
package struct Pager: Sendable {
    private struct Page {
        let name: String
        /// The caller that asked for it; nil where a button did.
        var caller: CallerTicket?
        /// The number from which on talkspurts are this page's, not a former one's.
        let firstSpurt: Int
        /// What was heard of it, where its talkspurt ended before the page did: other settings took
        /// the microphone away.
        var heard: [HeardAt] = []
    }

    /// A caller whose page is over, until the listeners have reported what they heard of it.
    private struct Waiter {
        let caller: CallerTicket
        let name: String
        let spurt: Int
    }

    static let target = Int(TalkTarget.page)

    private var page: Page?
    private var waiters: [Waiter] = []

    /// What the page under way goes to; nil where there is none.
    package var name: String? { page?.name }

    /// The callers whose page goes on, and those who wait for what was heard of theirs.
    var callers: [CallerTicket] {
        waiters.map { $0.caller } + (page?.caller.map { [$0] } ?? [])
    }

    /// A page begins where there is none.
    ///
    /// `spurt` is the number of a former page's talkspurt that goes on: the key was let go a moment
    /// ago. Its end is this page's, so whoever waits for that learns now that nothing is known.
    /// `last` is the number of the newest talkspurt of a page that listeners still report on.
    mutating func begin(
        _ name: String, during spurt: Int?, after last: Int?, _ orders: inout Orders
    ) {
        page = Page(name: name, firstSpurt: spurt ?? last.map { $0 + 1 } ?? 0)
        guard let spurt else { return }
        for waiter in waiters where waiter.spurt == spurt {
            orders.add(.answer(waiter.caller, .pageReplaced(to: waiter.name, by: name)))
        }
        waiters.removeAll { $0.spurt == spurt }
    }

    /// Another page takes the place of this one, which is to end now.
    mutating func replace(by name: String, _ orders: inout Orders) {
        guard let former = page, let caller = former.caller else { return }
        // The talkspurt may go on as the next page's, so nothing is known of what was heard.
        page?.caller = nil
        orders.add(.answer(caller, .pageReplaced(to: former.name, by: name)))
    }

    /// The page lasts for as long as this caller is there.
    mutating func keep(for caller: CallerTicket) { page?.caller = caller }

    /// The page is over; `spurt` is the number of the newest talkspurt of a page, if listeners
    /// still report on one: this page's, or a former one's where nothing of this one was said.
    ///
    /// Its caller waits for what was heard of it; where nothing was said, for nothing.
    mutating func end(_ spurt: Int?, _ orders: inout Orders) {
        guard let over = page else { return }
        page = nil
        guard let caller = over.caller else { return }
        if let spurt, spurt >= over.firstSpurt {
            waiters.append(Waiter(caller: caller, name: over.name, spurt: spurt))
        } else {
            orders.add(.answer(caller, .pageOver(to: over.name, over.heard)))
        }
    }

    /// The last reports on a talkspurt are in.
    mutating func reportsAreIn(
        _ spurt: Int, to target: Int, _ heard: [HeardAt], _ orders: inout Orders
    ) {
        // Other settings took the microphone away, and the page goes on in silence.
        if target == Self.target, let first = page?.firstSpurt, spurt >= first {
            page?.heard = heard
        }
        for waiter in waiters where waiter.spurt == spurt {
            orders.addFirst(.answer(waiter.caller, .pageOver(to: waiter.name, heard)))
        }
        waiters.removeAll { $0.spurt == spurt }
    }

    /// Forgets callers that are gone.
    ///
    /// - Returns: Whether the page is to end with them.
    mutating func forget(_ hasGone: (CallerTicket) -> Bool) -> Bool {
        waiters.removeAll { hasGone($0.caller) }
        guard let caller = page?.caller, hasGone(caller) else { return false }
        page?.caller = nil
        return true
    }
}
