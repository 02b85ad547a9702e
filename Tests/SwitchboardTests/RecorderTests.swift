import Audio
import Testing
import Time
import Wire

@testable import Station

/// The peers that are recorded, and those that are told of it.
@Suite struct RecorderTests {
    static let yard: UInt64 = 77
    let talk: UInt8 = 1
    var board = Switchboard.bare()
    var mid: UInt32 = 5_000

    init() {
        board.configure(
            peers: [0, 1, 2],
            targets: [TalkTarget(stream: 1, reference: Self.yard, listeners: [0, 1, 2])],
            channels: [
                Channel(
                    number: 1, reference: Self.yard, members: [0, 1, 2], isListenedTo: true)
            ], at: start)
        for peer in 0...1 { board.up(peer: peer, isNewBoot: true, at: start) }
        consent()
        board.record([talk], at: start)
        _ = board.ordered
    }

    /// Sets the rights of peers here.
    mutating func consent(
        _ policy: Policy = Policy(), speaker: Bool = true, at now: Instant = start
    ) {
        board.consent(
            to: [Policy](repeating: policy, count: 4),
            Consent.Signs(isSpeakerOpen: speaker, canBeep: speaker, hasTalkLamp: true), .open,
            isHalfDuplex: false, at: now)
    }

    /// Lets time pass, and takes the decisions, with the STREAMs about recordings to each peer.
    private mutating func turn(
        at now: Instant
    ) -> (orders: [Order], told: [Int: [StreamBinding]]) {
        board.tick(at: now)
        var (orders, told): ([Order], [Int: [StreamBinding]]) = ([], [:])
        for order in board.ordered {
            switch order {
            case .send(let peer, let payload):
                _ = ControlReader.read(payload.bytes.span) {
                    guard case .stream(let binding) = $0, binding.stream >= 32 else { return }
                    told[peer, default: []].append(binding)
                }
            case .record, .notice(.recording), .sound(.chime): orders.append(order)
            default: break
            }
        }
        return (orders, told)
    }

    /// A peer answers STREAM about a recording.
    private mutating func answer(
        _ notice: StreamBinding?, by peer: Int, _ status: RequestResult.Status, at now: Instant
    ) throws {
        mid += 1
        let notice = try #require(notice)
        let result = RequestResult(mid: mid, request: notice.mid, status: status)
        // The acknowledgement alone means nothing: every version sends it.
        board.receive(.ack(Acknowledgement(notice.mid)), from: peer, at: now)
        board.receive(.result(result), from: peer, at: now)
    }

    /// This station talks on the channel, and both peers agree.
    private mutating func recordBoth() throws {
        board.handle(.talking(1, "yard"), at: start)
        let told = turn(at: start).told
        for peer in 0...1 { try answer(told[peer]?.first, by: peer, .done, at: start) }
        #expect(
            turn(at: start).orders == [
                .record(talk, [0, 1]), .notice(.recording(by: nil, Self.yard, .began)),
                .sound(.chime(.recording)),
            ])
    }

    @Test mutating func nobodyIsRecordedBeforeAnswering() throws {
        #expect(turn(at: start).told.isEmpty, "nobody talks")
        board.handle(.talking(1, "yard"), at: start)
        let (orders, told) = turn(at: start)
        #expect(orders.isEmpty)
        #expect(told.keys.sorted() == [0, 1], "the third is down")
        let notice = try #require(told[0]?.first)
        #expect(notice.purpose == .record && notice.reference == Self.yard && notice.stream == 33)
        // An older version acknowledges what it does not know.
        board.receive(.ack(Acknowledgement(notice.mid)), from: 0, at: start)
        #expect(turn(at: start).orders.isEmpty)
        #expect(board.recorder.own[0].recorded.isEmpty)
        #expect(board.recorder.own[0].unrecorded == [0, 1])
        try answer(notice, by: 0, .done, at: start)
        #expect(board.recorder.own[0].unrecorded == [1])
        // No answer of one peer counts for another one; one that is silent holds it up for 1 s.
        try answer(notice, by: 1, .done, at: start)
        #expect(turn(at: start + .milliseconds(999)).orders.isEmpty)
        #expect(board.recorder.deadline == start + .seconds(1))
        #expect(turn(at: start + .seconds(1)).orders.first == .record(talk, [0]))
        // One that did not know of the talk yet is asked with all others.
        try answer(told[1]?.first, by: 1, .unknown, at: start)
        #expect(turn(at: start + .seconds(14)).told.isEmpty)
        #expect(turn(at: start + .seconds(15)).told.keys.sorted() == [0, 1])
    }

    @Test mutating func theVoiceOfAPeerBeginsItToo() throws {
        let binding = StreamBinding(
            mid: 1, stream: 3, purpose: .talk, priority: .normal, reference: Self.yard)
        board.receive(.stream(binding), from: 0, at: start)
        board.handle(.receiving(peer: 0, stream: 3, isOn: true), at: start)
        #expect(turn(at: start).told.keys.sorted() == [0, 1])
        board.handle(.receiving(peer: 0, stream: 3, isOn: false), at: start)
        // Talk to this station alone is no talk on the channel.
        let direct = StreamBinding(
            mid: 2, stream: 3, purpose: .talk, priority: .normal, reference: 0)
        board.receive(.stream(direct), from: 0, at: start)
        let later = start + .seconds(100)
        _ = turn(at: later)
        board.handle(.receiving(peer: 0, stream: 3, isOn: true), at: later)
        #expect(turn(at: later).told.isEmpty && board.recorder.own[0].unrecorded.isEmpty)
    }

    @Test mutating func everybodyIsToldAgainAndMustAnswer() throws {
        try recordBoth()
        #expect(turn(at: start + .seconds(14)).told.isEmpty)
        for seconds in [15, 30] {
            let now = start + .seconds(seconds)
            let (orders, told) = turn(at: now)
            #expect(told.keys.sorted() == [0, 1])
            #expect(
                orders == (seconds == 15 ? [] : [.record(talk, [0])]),
                "the other one has not answered since the last time")
            try answer(told[0]?.first, by: 0, .done, at: now)
        }
        // One that answers late is in it again.
        let now = start + .seconds(45)
        let again = turn(at: now).told
        try answer(again[1]?.first, by: 1, .done, at: now)
        #expect(turn(at: now).orders == [.record(talk, [0, 1])])
    }

    @Test mutating func theToneSoundsAtTheBeginningAndEachMinute() throws {
        try recordBoth()
        for seconds in [15, 30, 45, 59] {
            let now = start + .seconds(seconds)
            let (orders, told) = turn(at: now)
            #expect(!orders.contains(.sound(.chime(.recording))))
            for peer in told.keys { try answer(told[peer]?.first, by: peer, .done, at: now) }
        }
        #expect(turn(at: start + .seconds(60)).orders == [.sound(.chime(.recording))])
    }

    @Test mutating func aSecondAnswerTakesConsentBackAndALateFirstOneDoesNotRestoreIt() throws {
        try recordBoth()
        let soon = start + .seconds(15)
        let asked = turn(at: soon).told
        try answer(asked[0]?.first, by: 0, .unseen, at: soon)
        #expect(turn(at: soon).orders == [.record(talk, [1])])
        try answer(asked[0]?.first, by: 0, .done, at: soon)
        #expect(turn(at: soon).orders.isEmpty && board.recorder.own[0].unrecorded == [0])
    }

    @Test mutating func withoutAnyoneWhoAgreesItEndsAndAsksOn() throws {
        try recordBoth()
        _ = turn(at: start + .seconds(15))
        let (orders, told) = turn(at: start + .seconds(30))
        #expect(
            orders == [.record(talk, []), .notice(.recording(by: nil, Self.yard, .ended))])
        #expect(told[0]?.first?.purpose == .record && !board.recorder.isAny)
    }

    @Test mutating func aPeerOnANewSessionMustAnswerWithinTwoSeconds() throws {
        try recordBoth()
        let soon = start + .seconds(5)
        board.renewed(peer: 0, at: soon)
        let (orders, told) = turn(at: soon)
        #expect(told.keys.sorted() == [0] && orders.isEmpty)
        // A plain rekey: the answer comes, and the recording goes on.
        try answer(told[0]?.first, by: 0, .done, at: soon)
        let again = turn(at: soon + .seconds(2))
        #expect(again.orders.isEmpty)
        // Nobody else has to answer sooner for that.
        #expect(again.told.keys.sorted() == [0])
        try answer(again.told[0]?.first, by: 0, .done, at: soon + .seconds(2))
        board.renewed(peer: 1, at: soon + .seconds(3))
        #expect(turn(at: soon + .seconds(3)).told.keys.sorted() == [1])
        #expect(turn(at: soon + .seconds(5)).orders == [.record(talk, [0])], "it has forgotten")
    }

    @Test mutating func nothingIsRecordedWhereNothingTellsThePeopleHere() throws {
        consent(speaker: false)
        board.handle(.talking(1, "yard"), at: start)
        #expect(turn(at: start).told.isEmpty)
        consent()
        let asked = turn(at: start).told
        for peer in 0...1 { try answer(asked[peer]?.first, by: peer, .done, at: start) }
        #expect(turn(at: start).orders.first == .record(talk, [0, 1]))
        // The card is gone, and no lamp shows it.
        consent(speaker: false, at: start + .seconds(1))
        let (orders, told) = turn(at: start + .seconds(1))
        #expect(
            orders == [.record(talk, []), .notice(.recording(by: nil, Self.yard, .ended))])
        for peer in 0...1 {
            #expect(told[peer]?.last?.purpose == StreamBinding.Purpose.none)
        }
    }

    @Test mutating func oneThatDeniesEndsItForAllAndTheTalkGoesOn() throws {
        try recordBoth()
        let soon = start + .seconds(15)
        let asked = turn(at: soon).told
        try answer(asked[0]?.first, by: 0, .done, at: soon)
        try answer(asked[1]?.first, by: 1, .denied, at: soon)
        let (orders, told) = turn(at: soon)
        #expect(
            orders == [
                .record(talk, []), .notice(.recording(by: nil, Self.yard, .denied(by: 1))),
            ])
        for peer in 0...1 {
            #expect(told[peer]?.map { $0.purpose } == [StreamBinding.Purpose.none])
        }
        #expect(board.recorder.own[0].deniedBy == 1 && !board.recorder.isAny)
        #expect(turn(at: soon + .seconds(300)).told.isEmpty, "not in the same talk")
        // Next time all are asked again, and nothing is recorded before the denial.
        board.handle(.silent(target: 1, name: "yard"), at: soon + .seconds(300))
        let next = soon + .seconds(400)
        _ = turn(at: next)
        board.handle(.talking(1, "yard"), at: next)
        let again = turn(at: next).told
        #expect(again.keys.sorted() == [0, 1] && board.recorder.own[0].deniedBy == nil)
        try answer(again[0]?.first, by: 0, .done, at: next)
        #expect(turn(at: next).orders.isEmpty)
        try answer(again[1]?.first, by: 1, .denied, at: next)
        #expect(
            turn(at: next + .seconds(2)).orders == [
                .notice(.recording(by: nil, Self.yard, .denied(by: 1)))
            ])
    }

    @Test mutating func aDenialGoesWithItsPeer() throws {
        try recordBoth()
        let asked = turn(at: start + .seconds(15)).told
        try answer(asked[1]?.first, by: 1, .denied, at: start + .seconds(15))
        _ = turn(at: start + .seconds(15))
        // The settings remove it, and its number is free for another peer.
        board.remove(peer: 1, firstMid: 9, at: start + .seconds(16))
        #expect(board.recorder.own[0].deniedBy == nil)
        #expect(turn(at: start + .seconds(16)).told.keys.sorted() == [0])
    }

    @Test mutating func aPeerThatJoinsLearnsItAndMustAgree() throws {
        try recordBoth()
        let soon = start + .seconds(10)
        board.up(peer: 2, isNewBoot: true, at: soon)
        let (orders, told) = turn(at: soon)
        #expect(orders.isEmpty && told.keys.sorted() == [2])
        try answer(told[2]?.first, by: 2, .done, at: soon)
        #expect(turn(at: soon).orders == [.record(talk, [0, 1, 2])])
        // A restart voids what a peer has agreed to; so does the loss of its session.
        board.up(peer: 2, isNewBoot: true, at: soon)
        let again = turn(at: soon)
        #expect(again.orders == [.record(talk, [0, 1])] && again.told.keys.sorted() == [2])
        board.down(peer: 1, at: soon)
        #expect(board.recorder.own[0].recorded == [0], "at once: its number may be another's next")
        #expect(turn(at: soon).orders == [.record(talk, [0])])
    }

    @Test mutating func itEndsAfterAPause() throws {
        try recordBoth()
        let silent = start + .seconds(1)
        _ = turn(at: silent)
        board.handle(.silent(target: 1, name: "yard"), at: silent)
        for seconds in [0, 15, 30, 45, 59] {
            let now = silent + .seconds(seconds)
            let told = turn(at: now).told
            for peer in told.keys { try answer(told[peer]?.first, by: peer, .done, at: now) }
        }
        #expect(board.recorder.isAny && board.lamps(isListening: false, hasFault: false).isRecorded)
        let (orders, told) = turn(at: silent + .seconds(60))
        #expect(
            orders == [.record(talk, []), .notice(.recording(by: nil, Self.yard, .ended))])
        for peer in 0...1 {
            #expect(told[peer]?.last?.purpose == StreamBinding.Purpose.none)
        }
        #expect(!board.recorder.isAny)
    }

    @Test mutating func oneThatCannotBeKeptEnds() throws {
        try recordBoth()
        board.recordingFailed(talk, at: start)
        let (orders, told) = turn(at: start + .seconds(1))
        #expect(
            orders == [.record(talk, []), .notice(.recording(by: nil, Self.yard, .failed))])
        #expect(told.keys.sorted() == [0, 1])
        _ = turn(at: start + .seconds(20))
        #expect(board.recorder.own[0].unrecorded.isEmpty, "nobody is asked in the same talk")
        board.handle(.silent(target: 1, name: "yard"), at: start + .seconds(20))
        let next = start + .seconds(90)
        _ = turn(at: next)
        board.handle(.talking(1, "yard"), at: next)
        #expect(turn(at: next).told.keys.sorted() == [0, 1], "the next talk asks again")
        board.record([], at: next)
        #expect(turn(at: next).told[0]?.last?.purpose == StreamBinding.Purpose.none)
    }

    @Test mutating func aCallIsRecordedFromItsAnswerToItsEnd() throws {
        offer(.call, 99)
        let told = turn(at: start).told
        #expect(told.keys.sorted() == [0], "the other peer is not in the call")
        #expect(told[0]?.first?.reference == 99)
        try answer(told[0]?.first, by: 0, .done, at: start)
        #expect(turn(at: start).orders.contains(.record(TalkTarget.call, [0])))
        let soon = start + .seconds(1)
        mid += 1
        let end = CallEnd(mid: mid, id: CallID(high: 1, low: 99), cause: .normal)
        board.receive(.bye(end), from: 0, at: soon)
        let (orders, _) = turn(at: soon)
        #expect(orders.contains(.record(TalkTarget.call, [])))
        #expect(board.recorder.own[0].unrecorded.isEmpty && !board.recorder.isAny)
    }

    @Test mutating func theRecordingOfACallEndsWhateverItsIdIs() throws {
        offer(.call, 0)
        let told = turn(at: start).told
        try answer(told[0]?.first, by: 0, .done, at: start)
        #expect(turn(at: start).orders.contains(.record(TalkTarget.call, [0])))
        // The settings end it, too, and begin it again.
        board.record([], at: start)
        board.record([TalkTarget.call], at: start)
        let (ended, again) = turn(at: start)
        #expect(ended.contains(.record(TalkTarget.call, [])))
        try answer(again[0]?.last, by: 0, .done, at: start)
        #expect(turn(at: start).orders.contains(.record(TalkTarget.call, [0])))
        mid += 1
        let end = CallEnd(mid: mid, id: CallID(high: 1, low: 0), cause: .normal)
        board.receive(.bye(end), from: 0, at: start)
        #expect(turn(at: start).orders.contains(.record(TalkTarget.call, [])))
        #expect(!board.recorder.isAny)
    }

    /// Peer 0 makes a call of this mode, whose id has this lower half.
    private mutating func offer(_ mode: Offer.Mode, _ low: UInt64) {
        consent(Policy(call: .auto))
        board.record([TalkTarget.call], at: start)
        mid += 1
        let offer = Offer(
            mid: mid, id: CallID(high: 1, low: low), mode: mode, priority: .normal, ttl: 30_000,
            age: 0, reference: 0)
        board.receive(.offer(offer), from: 0, at: start)
    }

    @Test mutating func anAnnouncementIsNotRecorded() {
        offer(.announce, 99)
        #expect(board.ongoing?.isAnswered == true)
        #expect(turn(at: start).told.isEmpty)
    }

    @Test mutating func noCallTakesTheReferenceOfAChannel() {
        offer(.call, Self.yard)
        #expect(board.ongoing == nil)
        offer(.call, Self.yard + 1)
        #expect(board.ongoing?.isAnswered == true)
    }

    @Test mutating func aMomentWithoutASpeakerLiftsNoDenial() throws {
        board.handle(.talking(1, "yard"), at: start)
        let asked = turn(at: start).told
        try answer(asked[1]?.first, by: 1, .denied, at: start)
        _ = turn(at: start)
        consent(speaker: false, at: start + .seconds(1))
        _ = turn(at: start + .seconds(1))
        consent(at: start + .seconds(2))
        #expect(turn(at: start + .seconds(2)).orders.isEmpty)
        #expect(board.recorder.own[0].deniedBy == 1)
        #expect(board.recorder.own[0].unrecorded.isEmpty, "nobody is asked in the same talk")
    }
}
