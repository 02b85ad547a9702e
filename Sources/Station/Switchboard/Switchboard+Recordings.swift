internal import Audio
package import Time
internal import Wire

/// A recording that the settings ask for: of a channel, or of calls.
///
/// It takes a stretch of talk on the channel, or a call. A peer in the talk is recorded only after
/// it has answered that it tells the people there; without any such peer nothing is recorded. One
/// peer that denies it ends the recording for the rest of the talk.
package struct Recording: Sendable {
    /// A change, for people.
    package enum Change: Equatable, Sendable {
        case began, ended, failed
        case denied(by: Int)
    }

    struct Asked {
        let peer: Int
        /// The number of the newest STREAM to the peer about the recording.
        var mid: UInt32
        var isAnswered = false
        /// Whether the peer has agreed to that one, or to the one before.
        var agrees = false
        var askedAt: Instant
        /// When it is asked again, and is left out if it has not answered.
        var until: Instant
    }

    /// How often each peer in the talk is told, and must answer.
    static let interval = Duration.seconds(15)
    /// How soon a peer must answer after its session is renewed: it may have forgotten everything.
    static let renewal = Duration.seconds(2)
    /// How long those that agree wait for the others, of which one may deny it.
    static let patience = Duration.seconds(1)
    /// A longer pause of all talkers of a channel ends a recording.
    static let pause = Duration.seconds(60)

    /// This station's stream in the talk: a channel's number, or `TalkTarget.call`.
    package let stream: UInt8
    /// The reference of the channel or call; nil while there is no talk.
    fileprivate var reference: UInt64?
    /// The peers whose sound is taken.
    package fileprivate(set) var recorded = PeerSet()
    /// Why nothing more of this talk is recorded.
    fileprivate var bar: Change?
    fileprivate var asked: [Asked] = []
    fileprivate var talkedAt = Instant(nanoseconds: 0)

    init(_ stream: UInt8) { self.stream = stream }

    /// The peer that denies it.
    package var deniedBy: Int? {
        if case .denied(let peer)? = bar { peer } else { nil }
    }

    /// The peers in the talk whose sound is left out, because they have not agreed.
    package var unrecorded: [Int] { asked.filter { !$0.agrees }.map { $0.peer } }

    fileprivate var agreed: PeerSet { PeerSet(asked.filter { $0.agrees }.map { $0.peer }) }

    /// When it begins without the peers that have not answered; nil where it is not about to.
    fileprivate var beginsAt: Instant? {
        guard recorded.isEmpty, !agreed.isEmpty else { return nil }
        return asked.filter { !$0.isAnswered }.map { $0.askedAt + Self.patience }.max()
    }

    fileprivate var deadline: Instant? {
        guard reference != nil else { return nil }
        let ends = asked.map { $0.until } + [talkedAt + Self.pause]
        return min(beginsAt ?? .never, ends.min() ?? .never)
    }
}

/// The recordings of this station, and those of peers of which it was told.
package struct Recorder: Sendable {
    /// The newest STREAM of a peer about one of its recordings.
    ///
    /// It is kept after the end, so that an older copy on its way shows no recording.
    struct Told {
        let peer: Int
        let binding: StreamBinding
        /// Whether people here are told that the peer records.
        let isOn: Bool
        /// When it is forgotten if nothing more is heard of it.
        let until: Instant
    }

    /// Longer than a peer that records waits for answers.
    static let toldFor = Duration.seconds(50)
    /// How often the tone sounds while a recorded talk goes on.
    static let toneEvery = Duration.seconds(60)
    /// Recordings that begin within this time share a tone, so that no peer can fill a room with
    /// tones.
    static let tonePause = Duration.seconds(10)

    package fileprivate(set) var own: [Recording] = []
    fileprivate(set) var told: [Told] = []
    /// When the tone sounds next, if somebody talks then.
    fileprivate var tonesAt = Instant(nanoseconds: .min / 2)
    /// Whether somebody talks in a talk that is recorded.
    fileprivate var isTalked = false

    /// Whether this station or a peer records a talk that this station takes part in.
    package var isAny: Bool { own.contains { !$0.recorded.isEmpty } || told.contains { $0.isOn } }

    /// The references of the channels and calls that a peer records.
    package func references(recordedBy peer: Int) -> [UInt64] {
        told.filter { $0.peer == peer && $0.isOn }.map { $0.binding.reference }
    }

    var deadline: Instant? {
        let ends = own.compactMap { $0.deadline } + told.map { $0.until }
        return (isTalked ? ends + [tonesAt] : ends).min()
    }
}

/// This station's recordings.
extension Switchboard {
    /// Takes the recordings of the settings, by the streams of their talks; those that are under
    /// way and still wanted go on.
    package mutating func record(_ streams: [UInt8], at now: Instant) {
        self.now = now
        for place in recorder.own.indices where !streams.contains(recorder.own[place].stream) {
            stop(place, .ended)
        }
        recorder.own = streams.map { stream in
            recorder.own.first { $0.stream == stream } ?? Recording(stream)
        }
    }

    /// Notes that a recording cannot be kept: nothing more of this talk is recorded.
    package mutating func recordingFailed(_ stream: UInt8, at now: Instant) {
        self.now = now
        for place in recorder.own.indices
        where recorder.own[place].stream == stream && recorder.own[place].bar == nil {
            stop(place, .failed)
        }
    }

    mutating func tickRecordings() {
        for place in recorder.own.indices { revise(place) }
        for told in recorder.told where now >= told.until { forget(told) }
        soundRecordingTone()
    }

    /// Returns the reference of a talk, whether anyone talks, and the peers that may be recorded:
    /// none where nothing can tell people here of a recording; nil where there is no such talk.
    private func facts(
        of stream: UInt8
    ) -> (reference: UInt64, isOn: Bool, peers: PeerSet)? {
        let tells = consent.signs.tellOfRecordings
        guard stream == TalkTarget.call else {
            let number = Int(stream)
            guard let channel = channels.first(where: { $0.number == number }) else { return nil }
            let inside = channel.members.filter { peers[$0].isUp }
            return (channel.reference, isTalk(channel.reference), tells ? PeerSet(inside) : [])
        }
        guard let ongoing, ongoing.isAnswered, ongoing.summary.mode != .announce else { return nil }
        return (ongoing.id.reference, true, tells ? peersInCall : [])
    }

    private var peersInCall: PeerSet {
        guard let ongoing, ongoing.isAnswered else { return [] }
        let inside = ongoing.legs.filter { $0.isOpen }.map { $0.peer }
        let all = inside + ongoing.others.map { $0.peer }
        return PeerSet(all.filter { peers[$0].isUp })
    }

    /// Begins or ends a recording with its talk, tells the peers in it, and takes the sound of
    /// those that have agreed.
    private mutating func revise(_ place: Int) {
        let talk = facts(of: recorder.own[place].stream)
        if talk?.isOn == true { recorder.own[place].talkedAt = now }
        let isLate = now - recorder.own[place].talkedAt >= Recording.pause
        if recorder.own[place].reference != talk?.reference || isLate { stop(place, .ended) }
        guard let talk else { return }
        if recorder.own[place].reference == nil {
            guard talk.isOn else { return }
            recorder.own[place].reference = talk.reference
        }
        guard recorder.own[place].bar == nil else { return }
        for asked in recorder.own[place].asked where !talk.peers.contains(asked.peer) {
            _ = tell(asked.peer, isOn: false, place)
        }
        recorder.own[place].asked.removeAll { !talk.peers.contains($0.peer) }
        for (index, asked) in recorder.own[place].asked.enumerated() where now >= asked.until {
            ask(index, in: place, until: now + Recording.interval)
        }
        for peer in talk.peers
        where !recorder.own[place].asked.contains(where: { $0.peer == peer }) {
            let mid = tell(peer, isOn: true, place)
            recorder.own[place].asked.append(
                Recording.Asked(
                    peer: peer, mid: mid, askedAt: now, until: now + Recording.interval))
        }
        follow(place)
    }

    /// Tells a peer of a recording once more; one that did not answer the time before is left out.
    private mutating func ask(_ index: Int, in place: Int, until: Instant) {
        var asked = recorder.own[place].asked[index]
        (asked.askedAt, asked.until) = (now, until)
        asked.agrees = asked.agrees && asked.isAnswered
        asked.isAnswered = false
        asked.mid = tell(asked.peer, isOn: true, place)
        recorder.own[place].asked[index] = asked
    }

    /// Takes the sound of the peers that agree, and tells people when it begins and ends.
    private mutating func follow(_ place: Int) {
        let former = recorder.own[place]
        guard let reference = former.reference, former.agreed != former.recorded else { return }
        if let begin = former.beginsAt, now < begin { return }
        recorder.own[place].recorded = former.agreed
        orders.add(.record(former.stream, former.agreed))
        if former.recorded.isEmpty {
            orders.add(.recording(by: nil, reference, .began))
            oweTone()
        } else if former.agreed.isEmpty {
            orders.add(.recording(by: nil, reference, .ended))
        }
    }

    /// Ends a recording, or the attempt at one, and tells everybody who was told of it.
    private mutating func stop(_ place: Int, _ why: Recording.Change) {
        let former = recorder.own[place]
        guard let reference = former.reference else { return }
        for asked in former.asked { _ = tell(asked.peer, isOn: false, place) }
        if why == .ended {
            recorder.own[place] = Recording(former.stream)
        } else {
            (recorder.own[place].asked, recorder.own[place].recorded) = ([], [])
            recorder.own[place].bar = why
        }
        if !former.recorded.isEmpty {
            orders.add(.record(former.stream, []))
        } else if why == .ended {
            return
        }
        orders.add(.recording(by: nil, reference, why))
    }

    /// Sends a peer STREAM about a recording.
    ///
    /// - Returns: Its number.
    private mutating func tell(_ peer: Int, isOn: Bool, _ place: Int) -> UInt32 {
        let (stream, reference) = (recorder.own[place].stream, recorder.own[place].reference ?? 0)
        return peers[peer].exchange.send(at: now) { mid in
            .stream(
                StreamBinding(
                    mid: mid, stream: StreamBinding.recordings.lowerBound + stream,
                    purpose: isOn ? .record : .none, priority: .normal, reference: reference))
        }
    }

    /// Takes the answer of a peer to STREAM about a recording.
    mutating func answeredRecording(_ result: RequestResult, by peer: Int) {
        for place in recorder.own.indices {
            let index = recorder.own[place].asked.firstIndex {
                $0.peer == peer && $0.mid == result.request
            }
            guard let index else { continue }
            guard result.status != .denied else { return stop(place, .denied(by: peer)) }
            // The first answer may come after one that takes it back.
            let isNew = !recorder.own[place].asked[index].isAnswered
            recorder.own[place].asked[index].isAnswered = true
            recorder.own[place].asked[index].agrees = isNew && result.status == .done
            follow(place)
        }
    }

    /// Tells a peer of the recordings at once on a new session: without a restart it may have
    /// forgotten everything.
    mutating func renewRecordings(of peer: Int) {
        for place in recorder.own.indices {
            for index in recorder.own[place].asked.indices
            where recorder.own[place].asked[index].peer == peer {
                recorder.own[place].asked[index].isAnswered = true
                let until = recorder.own[place].asked[index].until
                ask(index, in: place, until: min(until, now + Recording.renewal))
            }
        }
    }
}

/// The recordings of peers.
extension Switchboard {
    /// Takes a peer's STREAM about a recording: people here are told of it, or it is denied.
    mutating func told(of binding: StreamBinding, by peer: Int) {
        let former = recorder.told.first {
            $0.peer == peer && $0.binding.stream == binding.stream
        }
        // A copy that an older record left behind must not hide a recording.
        if let former, Int32(bitPattern: binding.mid &- former.binding.mid) <= 0 { return }
        let isAsked = binding.purpose == .record
        let status = answer(to: binding, of: peer)
        note(binding, of: peer, isOn: isAsked && status == .done)
        guard isAsked else { return }
        if status == .denied { refuse(.record, by: peer) }
        send(status, about: binding, to: peer)
    }

    /// Decides about a peer's recording.
    private func answer(to binding: StreamBinding, of peer: Int) -> RequestResult.Status {
        let isInCall =
            ongoing?.id.reference == binding.reference && peersInCall.contains(peer)
        guard isInCall || isMember(peer, of: binding.reference) else { return .unknown }
        guard policies[peer].record else { return .denied }
        // Where no tone and no lamp can tell people, nobody knows of it.
        return consent.signs.tellOfRecordings ? .done : .unseen
    }

    private mutating func send(
        _ status: RequestResult.Status, about binding: StreamBinding, to peer: Int
    ) {
        peers[peer].exchange.send(at: now) {
            .result(RequestResult(mid: $0, request: binding.mid, status: status))
        }
    }

    /// Notes the newest STREAM about a peer's recording, and tells people what has changed.
    private mutating func note(_ binding: StreamBinding, of peer: Int, isOn: Bool) {
        let place = recorder.told.firstIndex {
            $0.peer == peer && $0.binding.stream == binding.stream
        }
        let former = place.map { recorder.told.remove(at: $0) }
        recorder.told.append(
            Recorder.Told(
                peer: peer, binding: binding, isOn: isOn, until: now + Recorder.toldFor))
        let before = former?.isOn == true ? former?.binding.reference : nil
        let after = isOn ? binding.reference : nil
        guard before != after else { return }
        if let before { orders.add(.recording(by: peer, before, .ended)) }
        if let after {
            orders.add(.recording(by: peer, after, .began))
            oweTone()
        }
    }

    private mutating func forget(_ told: Recorder.Told) {
        note(told.binding, of: told.peer, isOn: false)
        recorder.told.removeLast()
    }

    /// Has the tone sound for another recording, unless it was heard just now.
    private mutating func oweTone() {
        let rest = Recorder.toneEvery - Recorder.tonePause
        if recorder.tonesAt - now <= rest { recorder.tonesAt = now }
    }

    /// Sounds the tone when it is due and somebody talks in a talk that is recorded: a peer that
    /// only says that it records wakes nobody.
    private mutating func soundRecordingTone() {
        let own = recorder.own.filter { !$0.recorded.isEmpty }.compactMap { $0.reference }
        let told = recorder.told.filter { $0.isOn }.map { $0.binding.reference }
        recorder.isTalked = (own + told).contains { isTalk($0) }
        guard recorder.isTalked, now >= recorder.tonesAt else { return }
        recorder.tonesAt = now + Recorder.toneEvery
        orders.add(.chime(.recording))
    }

    /// Whether anyone talks on the channel of this reference, or it is that of the call.
    private func isTalk(_ reference: UInt64) -> Bool {
        if let ongoing, ongoing.isAnswered, ongoing.id.reference == reference { return true }
        guard let number = channel(reference)?.number else { return false }
        return openTalks.since(number) != nil || voices.isAny(as: .channel(number))
    }

    /// Takes the consent back from recordings that the settings do not allow any more, of which
    /// nothing here can tell people any more, or whose talk is over.
    mutating func reviseTold() {
        for told in recorder.told where told.isOn {
            let status = answer(to: told.binding, of: told.peer)
            guard status != .done else { continue }
            note(told.binding, of: told.peer, isOn: false)
            send(status, about: told.binding, to: told.peer)
        }
    }

    /// Forgets what this peer has agreed to, and its own recordings: its session is over, or it has
    /// restarted; a peer that is gone denies nothing any more.
    mutating func forgetRecordings(of peer: Int, isGone: Bool = false) {
        for place in recorder.own.indices {
            recorder.own[place].asked.removeAll { $0.peer == peer }
            // At once: another peer may get its number.
            follow(place)
            if isGone, recorder.own[place].deniedBy == peer { recorder.own[place].bar = nil }
        }
        for told in recorder.told where told.peer == peer { forget(told) }
    }
}
