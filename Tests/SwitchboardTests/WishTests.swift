import Audio
import Testing
import Time
import Wire

@testable import Station

/// What people want, by a button or by a program, and why they do not get it.
@Suite struct WishTests {
    private static let house = TalkTarget(stream: 1, reference: 77, listeners: [1, 2])
    private static let attic = TalkTarget(stream: 0, reference: 0, listeners: [1])
    private static let cellar = TalkTarget(stream: 0, reference: 0, listeners: [2])
    private static let page = Int(TalkTarget.page)

    private let caller = ProgramTicket(place: 1, number: 10)
    private let house = Wish.Named("house", WishTests.house)
    private let attic = Wish.Named("attic", WishTests.attic)
    private let nothing = Wish.Named<TalkTarget>("nothing", nil)
    private let calling = Wish.Calling(CallID(high: 1, low: 2), ringTime: .seconds(30))
    private let all: Wish.Sound = (true, true)
    private let none: Wish.Sound = (false, false)
    private var switchboard = Switchboard(
        targets: [WishTests.house, WishTests.attic, WishTests.cellar], channels: [],
        firstMids: (0..<4).map { 100 * UInt32($0) },
        frames: .init(samples: 480, size: 58, sizeRepeated: 50),
        at: Instant(nanoseconds: 5_000_000_000))

    init() {
        switchboard.configure(
            peers: [2, 1], targets: [Self.house, Self.attic, Self.cellar], channels: [],
            at: start)
        switchboard.up(peer: 1, isNewBoot: true, at: start)
        let open = Policy(
            call: .ring, announce: false, dropIn: false, monitor: false, emergency: false,
            relays: [], signal: false)
        switchboard.consent(
            to: [Policy](repeating: open, count: 4), .none, .open, isHalfDuplex: false,
            at: start)
        _ = switchboard.ordered
    }

    /// A peer speaks, and stops.
    private mutating func heard(_ peer: Int) {
        for isOn in [true, false] {
            switchboard.handle(.receiving(peer: peer, stream: 0, isOn: isOn), at: start)
        }
        _ = switchboard.decided
    }

    private mutating func obey(
        _ wish: Wish, for caller: ProgramTicket? = nil, with sound: Wish.Sound? = nil
    ) throws(Wish.Problem) -> Wish.Outcome {
        try switchboard.handle(wish, for: caller, with: sound ?? all, at: start)
    }

    /// Why a wish is refused; nothing may come of one that is.
    private mutating func problem(of wish: Wish, with sound: Wish.Sound? = nil) -> Wish.Problem? {
        do throws(Wish.Problem) {
            _ = try obey(wish, with: sound)
            return nil
        } catch {
            #expect(switchboard.decided.isEmpty)
            return error
        }
    }

    /// A peer calls, and gives up.
    private mutating func missACall() {
        ring()
        let cancel = CallEnd(mid: 8, id: CallID(high: 3, low: 4), cause: .normal)
        switchboard.receive(.cancel(cancel), from: 1, at: start)
        _ = switchboard.ordered
        #expect(switchboard.callDesk.hasMissed)
    }

    /// A peer calls, and goes on calling.
    private mutating func ring(_ id: CallID = CallID(high: 3, low: 4)) {
        let offer = Offer(
            mid: UInt32(2 * id.high + 1), id: id, mode: .call, priority: .normal, ttl: 30_000,
            reference: 0)
        switchboard.receive(.offer(offer), from: 1, at: start)
        _ = switchboard.ordered
    }

    // MARK: Talks

    @Test mutating func aTalkOpensTheMicrophoneAndNamesWhatEachListenerLacks() throws {
        let heard = [
            HeardAt(peer: 2, percent: nil, .down), HeardAt(peer: 1, percent: nil, nil),
        ]
        #expect(try obey(.talk(house, isDown: true)) == .talk(target: 1, heard))
        switchboard.expect(.sound(.press(target: 1, isDown: true)))
        #expect(switchboard.heldTalks.targets == [1])
        #expect(try obey(.talk(house, isDown: false)) == .letGo(target: 1, wasHeld: true, heard))
        #expect(switchboard.decided.first == .sound(.press(target: 1, isDown: false)))
        #expect(switchboard.heldTalks.targets.isEmpty)
        // Another target's talk is not that one's.
        _ = try obey(.talk(attic, isDown: true))
        #expect(try obey(.talk(house, isDown: false)) == .letGo(target: 1, wasHeld: false, heard))
    }

    @Test mutating func lettingGoTellsTheCallerThatHeldTheSame() throws {
        _ = try obey(.talk(house, isDown: true), for: caller)
        _ = switchboard.decided
        _ = try obey(.talk(house, isDown: false))
        #expect(switchboard.decided.contains(.answer(caller, .talkOver(to: "house", .letGo))))
    }

    @Test mutating func withoutAMicrophoneNothingOpensAndWhatIsOpenCloses() {
        #expect(problem(of: .talk(house, isDown: true), with: none) == .noMicrophone)
        #expect(problem(of: .page(house, .normal), with: none) == .noMicrophone)
        #expect(problem(of: .talk(house, isDown: false), with: none) == nil)
        #expect(problem(of: .talk(house, isDown: true)) == nil)
        heard(1)
        #expect(problem(of: .reply(isDown: true), with: none) == .noMicrophone)
        #expect(problem(of: .reply(isDown: false), with: none) == nil)
    }

    @Test mutating func whatNothingIsCalledIsRefusedWhateverElseIsWrong() {
        #expect(problem(of: .talk(nothing, isDown: true), with: none) == .unknown)
        #expect(problem(of: .talk(nothing, isDown: false)) == .unknown)
        #expect(problem(of: .page(nothing, .normal), with: none) == .unknown)
        #expect(problem(of: .endPage(nothing)) == .unknown)
        #expect(problem(of: .call(nothing, calling)) == .unknown)
        #expect(
            problem(of: .ask(.init("nothing", nil), .callLight, reference: 0, what: "call light"))
                == .unknown)
    }

    // MARK: Replies

    @Test mutating func aReplyGoesToThePeerThatWasHeardLast() throws {
        #expect(problem(of: .reply(isDown: true)) == .nobodyHeard)
        #expect(problem(of: .reply(isDown: false)) == .nobodyHeard)
        heard(2)
        let down = [HeardAt(peer: 2, percent: nil, .down)]
        #expect(try obey(.reply(isDown: true)) == .talk(target: 34, down))
        switchboard.expect(.sound(.press(target: 34, isDown: true)))
        // Another peer was heard meanwhile: letting go is for the first.
        heard(1)
        #expect(try obey(.reply(isDown: false)) == .letGo(target: 34, wasHeld: true, down))
        #expect(switchboard.decided.allSatisfy { $0 == .sound(.press(target: 34, isDown: false)) })
    }

    @Test mutating func aReplyToAnotherPeerEndsTheFormerFirst() throws {
        heard(2)
        for _ in 0..<2 { _ = try obey(.reply(isDown: true)) }
        #expect(!switchboard.decided.contains(.sound(.press(target: 34, isDown: false))))
        heard(1)
        _ = try obey(.reply(isDown: true))
        switchboard.expect(
            .sound(.press(target: 34, isDown: false)), .sound(.press(target: 33, isDown: true)))
        #expect(switchboard.heldTalks.targets == [33])
    }

    @Test mutating func aPeerThatTheSettingsHaveNoMoreIsNotRepliedTo() {
        heard(2)
        switchboard.configure(
            peers: [2, 1], targets: [Self.house, Self.attic], channels: [], at: start)
        _ = switchboard.ordered
        #expect(problem(of: .reply(isDown: true)) == .nobodyHeard)
    }

    // MARK: Pages

    @Test mutating func aPageIsUnderWayUntilItIsEnded() throws {
        #expect(problem(of: .endPage(house)) == .noPage)
        let heard = [
            HeardAt(peer: 2, percent: nil, .down), HeardAt(peer: 1, percent: nil, nil),
        ]
        #expect(try obey(.page(house, .high)) == .page(heard))
        #expect(switchboard.decided.last == .sound(.press(target: Self.page, isDown: true)))
        #expect(problem(of: .endPage(attic)) == .noPage)
        // Its target is gone by now.
        #expect(try obey(.endPage(.init("house", nil))) == .pageEnded)
        switchboard.expect(.sound(.press(target: Self.page, isDown: false)))
        #expect(problem(of: .endPage(house)) == .noPage)
    }

    @Test mutating func aPageOfACallerEndsWithItAndThatOfAButtonDoesNot() throws {
        _ = try obey(.page(house, .normal))
        switchboard.forget { _ in true }
        #expect(switchboard.pager.name == "house")
        _ = try obey(.page(attic, .normal), for: caller)
        switchboard.forget { _ in true }
        #expect(switchboard.pager.name == nil)
    }

    // MARK: Calls

    @Test mutating func aCallRunsUntilItIsHungUpAndThereIsOnlyOne() throws {
        #expect(problem(of: .hangUp) == .noCall)
        #expect(try obey(.call(attic, calling)) == .callBegun(calling.id))
        #expect(switchboard.call?.summary.id == calling.id)
        _ = switchboard.ordered
        #expect(problem(of: .call(attic, calling)) == .busy)
        #expect(try obey(.hangUp) == .hungUp(calling.id))
        _ = switchboard.ordered
        #expect(switchboard.call == nil)
    }

    @Test mutating func onlyWhatRingsIsAnsweredOrRejected() throws {
        #expect(problem(of: .answer) == .nothingRings)
        #expect(problem(of: .reject) == .nothingRings)
        ring()
        #expect(try obey(.reject) == .rejected(CallID(high: 3, low: 4)))
        _ = switchboard.ordered
        #expect(switchboard.call == nil)
        ring(CallID(high: 5, low: 6))
        #expect(try obey(.answer) == .answered(CallID(high: 5, low: 6)))
    }

    @Test mutating func onlyAPeerIsListenedToOrDroppedInOn() {
        for mode in [Offer.Mode.dropIn, .listenIn] {
            let calling = Wish.Calling(calling.id, mode: mode, ringTime: .seconds(30))
            #expect(problem(of: .call(house, calling)) == .isChannel)
        }
        let calling = Wish.Calling(calling.id, mode: .dropIn, ringTime: .seconds(30))
        #expect(problem(of: .call(attic, calling)) == nil)
    }

    @Test(arguments: [false, true])
    mutating func aChannelIsHuntedOrJoined(isJoined: Bool) throws {
        var calling = calling
        calling.channel = "house"
        calling.isJoined = isJoined
        _ = try obey(.call(house, calling))
        #expect(switchboard.call?.summary.reference == (isJoined ? 77 : 0))
        let began = switchboard.decided.first
        guard case .notice(.callBegan(let summary))? = began else {
            Issue.record("no call began")
            return
        }
        #expect(summary.peers == [1, 2])
        #expect(summary.channel == "house")
    }

    // MARK: The rest

    @Test mutating func whatCameOfARequestIsTold() throws {
        let asked = try obey(.ask(.init("cellar", 2), .relay, reference: 1, what: "relay door"))
        guard case .asked(let request) = asked else {
            Issue.record("\(asked)")
            return
        }
        switchboard.expect(.want(peer: 2))
        switchboard.receive(
            .result(RequestResult(mid: 1, request: request, status: .done)), from: 2, at: start)
        switchboard.expect(
            .notice(.result(peer: 2, peerRequest: request, what: "relay door", .done)))
    }

    /// How long a relay is on is for its own station to say.
    @Test(arguments: [(Signal.Target.relay, UInt16(0)), (.callLight, 300)])
    mutating func aPeerIsAskedForALightForSoLongAndForARelay(
        _ target: Signal.Target, _ time: UInt16
    ) throws {
        switchboard.up(peer: 2, isNewBoot: true, at: start)
        _ = try obey(.ask(.init("cellar", 2), target, reference: 7, what: "it"))
        var asked: [Signal] = []
        while let order = switchboard.nextOrder() {
            guard case .send(2, let payload) = order else { continue }
            _ = ControlReader.read(payload.bytes.span) {
                if case .signal(let signal) = $0 { asked.append(signal) }
            }
        }
        #expect(asked.map { $0.time } == [time])
        #expect(asked.map { $0.reference } == [7])
    }

    @Test mutating func aToneNeedsASpeaker() throws {
        #expect(problem(of: .tone, with: none) == .noSpeaker)
        #expect(try obey(.tone) == .tone)
        switchboard.expect(.sound(.chime(.trial)))
    }

    @Test(arguments: 0..<7) mutating func whoAsksForACallHasSeenTheMissedOneEvenInVain(_ place: Int)
    {
        let wishes: [Wish] = [
            .call(nothing, calling), .answer, .reject, .hangUp, .page(nothing, .normal),
            .endPage(house), .talk(house, isDown: true),
        ]
        missACall()
        _ = try? obey(wishes[place])
        #expect(!switchboard.callDesk.hasMissed)
    }

    @Test mutating func whoAsksForALightOrATalkInVainNeedNotBeHere() {
        missACall()
        _ = try? obey(.tone)
        _ = try? obey(.ask(.init("cellar", 2), .callLight, reference: 0, what: "call light"))
        _ = try? obey(.talk(nothing, isDown: true))
        _ = try? obey(.talk(house, isDown: true), with: none)
        #expect(switchboard.callDesk.hasMissed)
    }
}
