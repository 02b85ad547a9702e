import Config
import Crypto
import Files
import HAL
import Peering
import Report
import Station
import Testing
import Time
import Wire

@testable import Intercomd
@testable import Media

@Suite struct PairingsTests {
    private let start = Instant(nanoseconds: 0)
    private let button = Asker(name: "button ptt")

    private func own(_ settings: String = "") throws -> OwnStation {
        let config = try config("[station]\nname = kitchen\n\(settings)")
        return OwnStation(
            publicKey: X25519.publicKey(of: .random()), config: config,
            used: PeerFiles([], in: config.paths), folder: "", isOnLAN: true, up: [])
    }

    /// Only a person who types it can mean a station that the site has taken out.
    @Test func theTalkButtonTakesNoStationBack() throws {
        var pairings = Pairings(usesAES: true, writer: WorkChain())
        try pairings.enter("012345", by: button, try own(), at: start)
        let takesBack = pairings.job?.takesBack
        #expect(takesBack == false)
    }

    /// A person with two boxes before them types the code of one at that one.
    @Test func aCodeThatIsTypedWhereItIsShownIsNoTryAtIt() throws {
        let own = try own("[network]\nlisten = 127.0.0.1\nport = 5998\n")
        var pairings = Pairings(usesAES: true, writer: WorkChain())
        let shown = try pairings.open(by: button, own, at: start).shown
        for (typed, host, told) in [
            (shown, nil, "this is the station that shows that code: type it at the other one"),
            (shown, "127.0.0.1:5998", "this is the station that shows that code: type it at the "),
            ("7K9M-QX2W", nil, "button ptt is already pairing here"),
        ] {
            let reply = pairings.begin(
                PairRequest(code: typed, host: host), for: ProgramTicket(place: 1, number: 1),
                by: Asker(name: "intercomctl"), own, at: start + .seconds(1))
            guard case .refused(let error) = reply else {
                Issue.record("\(typed) is tried")
                continue
            }
            #expect(error.text.hasPrefix(told), "\(error.text)")
        }
        let (state, failed) = (pairings.status.state, pairings.failedAttempts)
        #expect(state == .showing && failed == 0)
    }

    /// Nobody has typed a command where a button shows the code.
    @Test(arguments: [(true, 5996), (false, 5997)])
    func aNewCodeIsHadAsTheFormerOne(isByButton: Bool, port: Int) throws {
        let own = try own("[network]\nlisten = 127.0.0.1\nport = \(port)\n")
        var pairings = Pairings(usesAES: true, writer: WorkChain())
        if isByButton {
            _ = try pairings.open(by: button, own, at: start)
        } else {
            let caller = ProgramTicket(place: 1, number: 1)
            _ = pairings.begin(
                PairRequest(), for: caller, by: Asker(name: "intercomctl"), own, at: start)
        }
        pairings.tick(own, at: start + .seconds(130))
        var told: String?
        while let order = pairings.nextOrder() {
            if case .publish(let event) = order { told = event.detail }
        }
        let way = isByButton ? "hold the button again" : "type the same command again"
        #expect(told == "the two minutes of this code are over; for a new code, \(way)")
    }

    /// As with a code at a screen, whose caller is told all of it.
    @Test func aPairingByTheButtonIsToldFromItsBeginToItsEnd() throws {
        let own = try own(
            "[network]\nlisten = 127.0.0.1\nport = 5993\n[channel house]\n[button ptt]\nline ="
                + " GPIO17\ntalk = house\n")
        let (rings, config) = (try Rings(), own.config)
        var pairings = Pairings(usesAES: true, writer: WorkChain())
        var talkButton = PairingButton()
        var key: Lines.Key? = Lines.Key(button: config.buttons[0], isOpen: true, isDown: false)
        var told: [String] = []
        func serve(_ isDown: Bool, at ms: Int) {
            key?.isDown = isDown
            told += talkButton.serve(
                key, hasSpeaker: true, own, config.sounds, &pairings, by: rings,
                at: start + .milliseconds(ms))
        }
        serve(false, at: 0)
        for (ms, isDown) in [(1_000, true), (7_000, true), (7_100, false), (7_200, false)] {
            serve(isDown, at: ms)
        }
        #expect(told == ["a window of two minutes"])
        serve(true, at: 8_000)
        serve(true, at: 8_100)
        #expect(told.last == "ended without a peer" && told.count == 2)
        serve(false, at: 8_200)
        for digit in 0..<6 {
            let ms = 20_000 + digit * 3_000
            serve(true, at: ms)
            serve(true, at: ms + 100)
            serve(false, at: ms + 200)
            serve(false, at: ms + 2_000)
        }
        #expect(told.last == "a code is typed, and the station that shows it looked for")
        // The settings give the button to talk.
        key = nil
        serve(false, at: 39_000)
        serve(false, at: 40_000)
        #expect(told.last == "ended without a peer" && told.count == 4)
    }

    /// A copied card is known of whoever showed the code.
    @Test(arguments: [(Pairing.Failure.unfit(.ownKey), 5994), (.refused(.ownKey), 5995)])
    func aStationWithTheOwnKeyIsKnownForTenMinutes(failure: Pairing.Failure, port: Int) throws {
        let own = try own("[network]\nlisten = 127.0.0.1\nport = \(port)\n")
        var pairings = Pairings(usesAES: true, writer: WorkChain())
        _ = try pairings.open(by: button, own, at: start)
        pairings.failed(.unfit(.suites), at: start)
        var copy = pairings.copy(at: start)
        #expect(copy == nil)
        _ = try pairings.open(by: button, own, at: start)
        pairings.failed(failure, at: start)
        copy = pairings.copy(at: start + .seconds(599))
        #expect(copy != nil)
        copy = pairings.copy(at: start + .seconds(600))
        #expect(copy == nil)
    }

    /// What is told of a code that was tried at these places, where nobody is.
    private func ending(at places: [String], _ settings: String = "") throws -> String? {
        let own = try own(settings)
        var pairings = Pairings(usesAES: true, writer: WorkChain())
        try pairings.enter("012345", by: button, own, at: start)
        let boxes = try places.map { [Endpoint(try #require(SocketAddress(host: $0, port: 5999)))] }
        pairings.found(boxes, at: start + .seconds(2))
        for _ in 0..<500 {
            while let order = pairings.nextOrder() {
                if case .publish(let event) = order { return event.detail }
            }
            pairings.serve(.stream, own, at: start + .seconds(2))
            Clock.sleep(.milliseconds(10))
        }
        return nil
    }

    /// The last one tried need not be the one that shows the code.
    @Test func allPlacesThatWereTriedAreNamed() throws {
        let text = try #require(try ending(at: ["127.0.0.1", "127.0.0.2"]))
        #expect(text.hasPrefix("no code is shown at 127.0.0.1:5999 or 127.0.0.2:5999 now: a code"))
        // No command need have begun it there.
        #expect(
            text.contains(
                "; for a new one, there: intercomctl pair, with --join for a site; or that is "))
    }

    @Test func theOwnAddressIsNotTakenForTheOtherStation() throws {
        let text = try ending(
            at: ["127.0.0.1"], "[network]\nlisten = 127.0.0.1\nport = 5999\n")
        #expect(text?.hasPrefix("127.0.0.1:5999 is this station's own address: type") == true)
    }
}
