package import Time
package import Wire

/// Pages, call lights and relays: they need a right, but no answer by a person.
extension Switchboard {
    package func policy(of peer: Int) -> Policy { policies[peer] }

    /// The rights that the peer claimed without having them.
    package func refusals(of peer: Int) -> Refusals { peers[peer].refusals }

    /// Counts one or more refusals; reports each kind at most once a minute.
    mutating func refuse(_ refusal: Refusal, by peer: Int, times: UInt64 = 1) {
        peers[peer].refusals[refusal] += times
        peers[peer].refusalsTold.removeAll { now >= $0.until }
        guard !peers[peer].refusalsTold.contains(where: { $0.refusal == refusal }) else { return }
        peers[peer].refusalsTold.append((refusal, now + .seconds(60)))
        orders.add(.refused(peer: peer, refusal, count: peers[peer].refusals[refusal]))
    }

    /// Asks a peer for its light, or for one of its relays; the peer's settings fix the relay's
    /// time.
    ///
    /// - Returns: the number by which the outcome is reported, with the word for the request.
    mutating func ask(
        _ peer: Int, _ target: Signal.Target, reference: UInt64, time: Duration,
        called what: String
    ) -> UInt32 {
        let tenths = UInt16(clamping: time.milliseconds / 100)
        let mid = peers[peer].exchange.send(at: now) { mid in
            .signal(Signal(mid: mid, target: target, reference: reference, time: tenths))
        }
        // A station has few requests open at a time: the oldest is the least useful.
        if peerRequests.count == RecordExchange.outgoingMax { peerRequests.removeFirst() }
        peerRequests.append((peer, mid, what, now + RecordExchange.requestGivenUpAfter))
        return mid
    }

    /// Answers a peer's request, such as that of `Order.switchRelay`.
    package mutating func answer(
        _ signal: Signal, of peer: Int, with status: RequestResult.Status
    ) {
        peers[peer].exchange.send(at: now) { mid in
            .result(RequestResult(mid: mid, request: signal.mid, status: status))
        }
    }

    /// Takes a peer's request for the call light or a relay here.
    mutating func signalled(_ signal: Signal, by peer: Int) {
        let policy = policies[peer]
        switch signal.target {
        case .callLight where policy.signal:
            callLight.light(by: peer, for: .milliseconds(100 * Int(signal.time)), at: now, &orders)
            answer(signal, of: peer, with: hasCallLamp ? .done : .unseen)
        case .relay where policy.relays.contains(signal.reference):
            orders.add(.switchRelay(peer: peer, signal))
        case .callLight, .relay:
            refuse(signal.target == .relay ? .relay : .signal, by: peer)
            answer(signal, of: peer, with: .denied)
        default: answer(signal, of: peer, with: .unknown)
        }
    }

    mutating func resulted(_ result: RequestResult, by peer: Int) {
        answeredRecording(result, by: peer)
        for place in peers[peer].bindings.indices
        where peers[peer].bindings[place].record.mid == result.request {
            peers[peer].bindings[place].isLowered = result.status == .denied
        }
        if let why = result.status.unheard,
            let place = ongoing?.legs.firstIndex(where: {
                $0.peer == peer && $0.offer == result.request
            })
        {
            ongoing?.legs[place].unheard = why
        }
        guard
            let place = peerRequests.firstIndex(where: {
                $0.peer == peer && $0.mid == result.request
            })
        else { return }
        tellResult(at: place, result.status)
    }

    /// Gives up unacknowledged records, and reports peer requests that got no answer.
    mutating func giveUp() {
        for peer in peers.indices {
            for record in peers[peer].exchange.giveUp(at: now) {
                switch record {
                case .offer(let offer): unreachable(offer.id, peer: peer)
                case .member(let member): untold(member, peer: peer)
                default: break
                }
            }
        }
        while let place = peerRequests.firstIndex(where: { now >= $0.until }) {
            tellResult(at: place, nil)
        }
    }

    private mutating func tellResult(at place: Int, _ status: RequestResult.Status?) {
        let request = peerRequests.remove(at: place)
        orders.add(
            .result(peer: request.peer, peerRequest: request.mid, what: request.what, status))
    }

    /// Takes a peer's binding of one of its streams, and checks whether the peer may use it.
    mutating func claimed(_ binding: StreamBinding, by peer: Int) {
        if binding.purpose != .page || !pages.isKnown(binding, of: peer) {
            closeHeardPage(stream: binding.stream, of: peer, isTimeUp: false)
        }
        switch binding.purpose {
        case .call:
            boundCall(binding.reference, by: peer)
        case .page where !pages.isKnown(binding, of: peer):
            if let refusal = refusal(ofPage: binding, by: peer) {
                refuse(refusal, by: peer)
                return
            }
            // Neither refused nor heard.
            if isRest(binding.priority) { return }
            pages.admit(binding, of: peer, at: now)
            let priority = policies[peer].priority(claiming: binding.priority)
            orders.add(.pageBegan(peer: peer, reference: binding.reference, priority))
            answerClaim(of: binding, by: peer, isNew: true)
        default:
            answerClaim(of: binding, by: peer, isNew: true)
            // A channel here of which the peer is no member.
            if binding.purpose == .talk,
                channel(binding.reference)?.members.contains(peer) == false
            {
                refuse(.channel, by: peer)
            }
        }
    }

    /// Tells a peer whether its stream's claimed priority holds here: for a new stream only if it
    /// does not.
    private mutating func answerClaim(of binding: StreamBinding, by peer: Int, isNew: Bool) {
        let given = policies[peer].priority(claiming: binding.priority)
        let holds = given == min(binding.priority, .emergency)
        if isNew {
            guard !holds else { return }
            refuse(binding.priority > .high ? .emergency : .high, by: peer)
        }
        peers[peer].exchange.send(at: now) { mid in
            .result(
                RequestResult(mid: mid, request: binding.mid, status: holds ? .done : .denied))
        }
    }

    /// Ends pages that are no longer allowed or wanted, and updates the priorities of all other
    /// streams.
    mutating func readAnew() {
        for peer in peers.indices {
            for binding in peers[peer].theirs {
                if binding.purpose == .page,
                    isRest(binding.priority) || refusal(ofPage: binding, by: peer) != nil
                {
                    closeHeardPage(stream: binding.stream, of: peer, isTimeUp: false)
                } else {
                    bound(binding, by: peer)
                    // The peer may have gained or lost the right.
                    if binding.priority > .normal {
                        answerClaim(of: binding, by: peer, isNew: false)
                    }
                }
            }
        }
    }

    private func refusal(ofPage binding: StreamBinding, by peer: Int) -> Refusal? {
        let policy = policies[peer]
        if binding.priority > .high, !policy.emergency { return .emergency }
        if !policy.announce, binding.priority < .emergency { return .announce }
        guard let channel = channel(binding.reference) else {
            return binding.reference == 0 ? nil : .channel
        }
        return channel.isListenedTo && channel.members.contains(peer) ? nil : .channel
    }

    /// Returns why a page is not heard here.
    func unheard(page binding: StreamBinding, by peer: Int) -> Unheard {
        switch refusal(ofPage: binding, by: peer) {
        case .channel?:
            return isMember(peer, of: binding.reference) ? .notListening : .notMember
        case .some: return .denied
        case nil: return isRest(binding.priority) ? .doNotDisturb : .over
        }
    }

    mutating func endPages() {
        while let page = pages.timedOut(at: now) {
            closeHeardPage(stream: page.binding.stream, of: page.peer, isTimeUp: !page.isOver)
        }
        while let stream = pages.spokenOut(at: now) {
            if stream == TalkTarget.page { endPage() } else { stopAnnouncement() }
        }
    }

    mutating func forgetPages(of peer: Int) {
        pages.forgetEnds(of: peer)
        for stream in pages.streams(of: peer) {
            closeHeardPage(stream: stream, of: peer, isTimeUp: false)
        }
    }

    private mutating func closeHeardPage(stream: UInt8, of peer: Int, isTimeUp: Bool) {
        guard pages.end(stream: stream, of: peer) else { return }
        orders.add(.pageEnded(peer: peer, isTimeUp: isTimeUp))
        if let binding = peers[peer].theirs.first(where: { $0.stream == stream }) {
            bound(binding, by: peer)
        }
    }
}

/// PINGs, and the round trips that their answers show.
extension Switchboard {
    /// Longer than the second after which the next report comes.
    private static let measuredEvery = Duration.milliseconds(1500)
    /// How soon the next round of PINGs may begin.
    private static let roundMin = Duration.milliseconds(900)
    /// How often a PING without answer is repeated.
    ///
    /// Reports come once a second, and each causes a PING, so these PINGs always fall in the same
    /// place between our packets, where a full queue has room for them either always or never. No
    /// frame length divides this time: of four PINGs one finds room.
    private static let askedAgainAfter = Duration.milliseconds(237)
    private static let askedAgainMax = 3

    /// Returns when the PING with this token was sent; nil when none waits.
    package func whenAsked(_ token: UInt32, of peer: Int) -> Instant? {
        peers[peer].pings.first { $0.token == token }?.at
    }

    /// Keeps the round trip of a peer that is being heard younger than two seconds.
    ///
    /// A peer that reports gets a PING after each report already, and those answers explain losses:
    /// this round must not disturb them.
    mutating func measure(_ peer: Int) {
        if let askedAt = peers[peer].askedAt, now - askedAt < Self.measuredEvery { return }
        ping(peer)
    }

    /// Starts a round of PINGs, unless one has just begun.
    mutating func ping(_ peer: Int) {
        guard peers[peer].isUp else { return }
        if let askedAt = peers[peer].askedAt, now - askedAt < Self.roundMin { return }
        peers[peer].askedAt = now
        peers[peer].askingsLeft = Self.askedAgainMax
        ask(peer)
    }

    /// Sends one PING of the round.
    mutating func ask(_ peer: Int) {
        let now = now
        let isLast = peers[peer].askingsLeft == 0
        peers[peer].nextAsking = isLast ? .never : now + Self.askedAgainAfter
        peers[peer].pings.removeAll { now - $0.at >= Self.pongMax }
        peers[peer].lastToken = peers[peer].lastToken &+ 0x9E37
        peers[peer].pings.append((peers[peer].lastToken, now))
        pings.add(.send(peer: peer, ControlPayload(.ping(peers[peer].lastToken))))
    }
}
