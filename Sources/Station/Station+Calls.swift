public import Time
public import Wire

/// Calls, as the person at this station and the shell see them.
extension Station {
    /// The policy of each peer, by number, and whether people may be disturbed.
    ///
    /// Ends calls and pages that are no longer allowed, and looks at all bindings of the peers
    /// again.
    public mutating func consent(
        to policies: [Policy], _ availability: Availability, at now: Instant
    ) {
        precondition(policies.count >= peers.indices.count)
        self.now = now
        let isSame = calls.policies == policies && calls.availability == availability
        calls.policies = policies
        calls.availability = availability
        calls.revise(at: now)
        if !isSame { readAnew() }
    }

    /// Whether the speaker here is held down while the microphone is open, which peers are told.
    public mutating func setHalfDuplex(_ isHalfDuplex: Bool) {
        calls.isHalfDuplex = isHalfDuplex
    }

    /// What stands for each peer towards other stations, by number.
    package var memberNames: ByPeer<MemberName?> {
        get { calls.names }
        set { calls.names = newValue }
    }

    public func policy(of peer: Int) -> Policy { calls.policies[peer] }

    /// The rights that the peer claimed without having them.
    public func refusals(of peer: Int) -> Refusals { calls.refusals.counts(of: peer) }

    /// The current call and its state.
    public var call: (summary: CallSummary, state: CallState)? {
        calls.call.map { ($0.summary, $0.state) }
    }

    /// The peers in the call, by number.
    public var participants: [Int] { calls.call?.participants ?? [] }

    /// The members of the call that were silent for a while.
    public var weakParticipants: [Int] {
        calls.call?.legs.filter { $0.isWeak }.map { $0.peer } ?? []
    }

    /// Calls a peer, or all members of a channel: with its `reference` all who answer are in the
    /// call together; in a hunt the first answer wins.
    ///
    /// - Returns: why the call was refused, if so.
    public mutating func call(
        _ listeners: [Int], id: CallID, mode: Offer.Mode = .call, priority: Priority = .normal,
        reference: UInt64 = 0, isHunt: Bool = true, isRedial: Bool = false,
        ringTime: Duration = .seconds(30), at now: Instant
    ) -> CallProblem? {
        self.now = now
        return calls.call(
            listeners, id: id, mode: mode, priority: priority, reference: reference,
            isHunt: isHunt, isRedial: isRedial, ringTime: ringTime, at: now)
    }

    public mutating func answer(at now: Instant) -> CallProblem? {
        self.now = now
        return calls.answer(at: now)
    }

    public mutating func reject(at now: Instant) -> CallProblem? {
        self.now = now
        return calls.reject(at: now)
    }

    public mutating func hangUp(at now: Instant) -> CallProblem? {
        self.now = now
        return calls.hangUp(at: now)
    }

    /// Ends the current call because this station stops.
    public mutating func stopCalls(at now: Instant) {
        self.now = now
        calls.stop(at: now)
    }

    /// Calls that the history shows as open at the start: this station crashed during them.
    ///
    /// The last calls in `ended` are known too: a repeated offer of one of them is no new call.
    public mutating func recover(
        _ summaries: [CallSummary], ended: [CallID] = [], at now: Instant
    ) {
        self.now = now
        calls.recover(summaries, ended: ended, at: now)
    }

    /// An authentic packet of the peer was opened, audio or other.
    public mutating func heard(peer: Int, at moment: Instant) {
        calls.heard(peer, at: moment)
    }

    /// Carries out the effects of the calls.
    mutating func followCalls() {
        while let effect = calls.nextEffect() { follow(effect) }
    }

    private mutating func follow(_ effect: Calls.Effect) {
        switch effect {
        case .offer(
            let peer, let id, let mode, let priority, let reference, let askedAt, let until):
            peers[peer].exchange.send(at: now, askedAt: askedAt, until: until) { mid in
                .offer(
                    Offer(
                        mid: mid, id: id, mode: mode, priority: priority, ttl: 0,
                        reference: reference))
            }
        case .ringing(let peer, let id):
            peers[peer].exchange.send(at: now) { .ringing(Ringing(mid: $0, id: id)) }
        case .answer(let peer, let id):
            let isHalfDuplex = calls.isHalfDuplex
            let isOpen = calls.call?.listeners.contains(peer) ?? false
            peers[peer].exchange.send(at: now) { mid in
                .answer(
                    Answer(
                        mid: mid, id: id, isMicrophoneOpen: isOpen, isHalfDuplex: isHalfDuplex))
            }
        case .reject(let peer, let id, let cause):
            peers[peer].exchange.send(at: now) { .reject(CallEnd(mid: $0, id: id, cause: cause)) }
        case .cancel(let peer, let id, let cause):
            peers[peer].exchange.send(at: now) { .cancel(CallEnd(mid: $0, id: id, cause: cause)) }
        case .bye(let peer, let id, let cause):
            peers[peer].exchange.send(at: now) { .bye(CallEnd(mid: $0, id: id, cause: cause)) }
        case .forget(let peer, let id):
            peers[peer].exchange.forget(id)
        case .bind(let peer, let reference):
            bind(
                Calls.stream, to: peer, purpose: .call,
                priority: calls.call?.summary.priority ?? .normal, reference: reference)
        case .member(let peer, let reference, let name, let isIn):
            peers[peer].exchange.send(at: now) { mid in
                .member(CallMember(mid: mid, reference: reference, isIn: isIn, name: name))
            }
        case .hear(let peer):
            for binding in peers[peer].theirs where binding.purpose == .call {
                bound(binding, by: peer)
            }
        case .ping(let peer):
            ping(peer)
        case .tell(let action): tell(.call(action))
        case .refused(let peer, let refusal, let count):
            tell(.refused(peer: peer, refusal, count: count))
        }
    }

    /// Binds a stream at the peer that had other meanings before.
    mutating func bind(
        _ stream: UInt8, to peer: Int, purpose: StreamBinding.Purpose, priority: Priority,
        reference: UInt64
    ) {
        guard peers[peer].isUp else { return }
        peers[peer].exchange.send(at: now) { mid in
            .stream(
                StreamBinding(
                    mid: mid, stream: stream, purpose: purpose, priority: priority,
                    reference: reference))
        }
    }

    /// Tells callers that wait for an answer that none will come.
    mutating func giveUp() {
        for peer in peers.indices {
            for record in peers[peer].exchange.giveUp(at: now) {
                switch record {
                case .offer(let offer): calls.unreachable(offer.id, peer: peer, at: now)
                case .member(let member): calls.untold(member, peer: peer)
                default: break
                }
            }
        }
        while let place = peerRequests.firstIndex(where: { now >= $0.until }) {
            let request = peerRequests.remove(at: place)
            tell(.resulted(peer: request.peer, peerRequest: request.mid, nil))
        }
    }

    mutating func tell(_ action: Action) { pending.append(action) }
}

extension Station {
    /// What the station wants done, and what it reports.
    public enum Action: Sendable {
        /// To be sealed on the peer's current session.
        case send(peer: Int, ControlPayload)
        /// The sound of this stream goes there from now on.
        case hear(peer: Int, stream: UInt8, Hearing, Priority)
        case call(CallAction)
        case page(PageAction)
        /// A peer asks for a light or a relay, which its policy allows; `result` answers it.
        case signalled(peer: Int, Signal)
        /// The outcome of a peer request; nil when it was never answered.
        case resulted(peer: Int, peerRequest: UInt32, RequestResult.Status?)
        /// A peer claimed a right it does not have; at most once a minute of each kind.
        case refused(peer: Int, Refusal, count: UInt64)
    }
}

/// An order or a report of the calls to the caller of `Station`.
public enum CallAction: Sendable {
    /// A call has begun; open its record.
    case began(CallSummary)
    /// The state of the call from now on: ring, ring back, or show it.
    case state(CallID, CallState)
    /// The call is over; close its record.
    case ended(CallSummary, CallEnding)
    /// The listeners of the microphone on this stream from now on; without listeners it closes.
    case microphone(stream: UInt8, listeners: [Int])
    case notice(CallNotice, peer: Int)
    /// The peer of an intercom call has restarted: call it once more.
    case redial(peer: Int)
}

/// A notice to a person during a call.
public enum CallNotice: Sendable {
    /// A call was answered without a key press.
    case autoAnswered
    case announced
    case droppedIn
    /// A peer listens to the room from now on.
    case monitored
    /// Another station has joined or left.
    case joined
    case left
    /// The other side has not been heard for two seconds, or is heard again.
    case weak
    case strong
}

/// Why a person's request was refused.
public enum CallProblem: Equatable, Sendable {
    /// There is already a call.
    case busy
    /// Nothing rings here.
    case nothingRings
    case noCall
    /// There is no station to call.
    case nobody
}

/// A report of the pages to the caller of `Station`.
public enum PageAction: Sendable {
    /// A page of a peer is heard from now on.
    case began(peer: Int, stream: UInt8, reference: UInt64, Priority)
    case ended(peer: Int, stream: UInt8, isTimeUp: Bool)
    /// Our own page has reached the longest time allowed.
    case timeUp(stream: UInt8)
}
