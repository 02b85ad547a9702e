import Control
import Testing

@testable import HAL
@testable import Intercomctl

@Suite struct AudioFactsTests {
    static let granted = PCMParameters(
        rate: 48_000, channels: 1, format: .s16, periodSamples: 480, bufferSamples: 1920,
        fillSamples: 0)

    func facts(
        _ input: AudioFacts.State, _ output: AudioFacts.State = .opened(granted),
        names: (String, String) = ("card:A", "card:A"), sample: SoundSample? = nil
    ) -> AudioFacts {
        var facts = AudioFacts(
            input: .init(direction: .capture, name: names.0, state: input),
            output: .init(direction: .playback, name: names.1, state: output))
        facts.sample = sample
        return facts
    }

    func heard(_ sample: SoundSample?) -> [String] {
        Array(lines(facts(.opened(Self.granted), sample: sample).checks).dropLast())
    }

    let opened = "audio input     card:A  48000/mono 480/1920"

    @Test func aGoodMicrophoneTellsItsFloor() {
        #expect(
            heard(SoundSample(clipped: 3, peak: -20.4, floor: -61.2))
                == ["ok    \(opened), noise floor -61 dBFS, peak -20 dBFS"])
    }

    @Test func clippingSilenceAndNoiseAreWarnings() {
        #expect(
            heard(SoundSample(clipped: 4, peak: 0, floor: -61)).last
                == "WARN  audio input     clipping: 4 samples at full scale in 1 s"
                + "  -> alsamixer, F4: lower the capture channel")
        #expect(
            heard(SoundSample(isDead: true, peak: -96, floor: -96)) == [
                "WARN  \(opened), digital silence: muted, or no microphone"
                    + "  -> alsamixer, F4: unmute and raise the capture channel"
            ])
        #expect(
            heard(SoundSample(peak: -10, floor: -30)).last
                == "WARN  audio input     it is never quiet: noise, hum, or too much gain"
                + "  -> alsamixer, F4: lower the capture channel")
    }

    @Test func aCardThatGivesNothingIsAFailure() {
        #expect(heard(nil)[0].hasPrefix("FAIL  \(opened), but no sound comes from it  -> "))
    }

    func refused(_ reason: PCMError.Reason) -> String {
        let error = PCMError(device: "card:A", direction: .capture, reason: reason)
        return lines(facts(.failed(error)).checks)[0]
    }

    @Test func eachRefusalHasItsCure() {
        let absent = "FAIL  audio input     card:A: no such card now"
        #expect(refused(.absent).hasPrefix("\(absent)  -> plug it in, or intercomctl audio list"))
        #expect(
            refused(.busy)
                == "FAIL  audio input     card:A: in use by another program"
                + "  -> sudo fuser -v /dev/snd/*"
        )
        #expect(refused(.notPermitted).contains("-> sudo adduser $USER audio"))
        #expect(
            refused(.rate)
                == "FAIL  audio input     card:A: the card cannot do 48000 Hz"
                + "  -> name a pcm: that converts, or use another card")
        #expect(
            refused(.failed(call: "snd_pcm_open", errno: 5)).contains("Input/output error  -> "))
    }

    func daemon(_ state: Status.Device.State, error: String? = nil) -> AudioFacts {
        var device = Status.Device()
        (device.state, device.error, device.rate) = (state, error, state == .open ? 48_000 : nil)
        return facts(.daemon(device), .daemon(device))
    }

    @Test func whatTheDaemonHasIsLeftToIt() {
        #expect(
            lines(daemon(.open).checks) == [
                "ok    audio input     card:A  in use by intercomd, 48000 Hz"
                    + "  -> intercomctl test mic",
                "ok    audio output    card:A  in use by intercomd, 48000 Hz"
                    + "  -> intercomctl test speaker",
            ])
        #expect(lines(daemon(.absent).checks)[0].hasPrefix("FAIL  audio input     card:A: no such"))
        #expect(lines(daemon(.busy).checks)[1].contains("in use by another program"))
        #expect(daemon(.none).checks.allSatisfy { $0.verdict == .ok })
        let rate = PCMError(device: "card:A", direction: .capture, reason: .rate)
        #expect(lines(daemon(.failed, error: rate.description).checks)[0] == refused(.rate))
    }

    @Test func whatADeafDaemonMayHaveIsNotOpened() {
        let found = facts(.untouched, .untouched).checks
        #expect(found.map { $0.verdict } == [.warn, .warn])
    }

    @Test(arguments: [
        "pcm:hw:1", "pcm:plughw:0,0", "pcm:dsnoop:CARD=2", "pcm:sysdefault:0",
    ])
    func aCardByItsNumberIsAWarning(name: String) {
        #expect(AudioFacts.isNumbered(name))
        let found = facts(.opened(Self.granted), names: (name, name)).checks
        #expect(found.count { $0.verdict == .warn } == 2)
    }

    @Test(arguments: [
        "pcm:hw:CARD=Device", "card:Device", "usb:0d8c:0014", "default", "pcm:kitchen",
        "pcm:plughw:2ndCard", "pcm:hw:",
    ])
    func aCardByItsNameIsNot(name: String) {
        #expect(!AudioFacts.isNumbered(name))
    }

    @Test func twoCardsHaveTwoClocks() {
        let two = facts(.opened(Self.granted), names: ("card:A", "card:B")).checks
        #expect(two.contains { $0.name == "audio clocks" && $0.verdict == .ok })
        let one = facts(.unused, names: ("none", "card:B")).checks
        #expect(!one.contains { $0.name == "audio clocks" })
    }

    @Test func defaultAmongSeveralAndTwinsAreTold() {
        let usb = PCMCard.USB(vendor: 1, product: 2, serial: nil)
        func card(_ id: String, _ usb: PCMCard.USB?) -> PCMCard {
            PCMCard(id: id, name: id, usb: usb, captures: true, plays: false)
        }
        var facts = facts(.opened(Self.granted), names: ("default", "usb:0001:0002"))
        facts.cards = [card("HDMI", nil), card("A", usb), card("A_1", usb)]
        let found = lines(facts.checks)
        #expect(
            found.contains(
                "ok    audio input     default is one of 3 cards, by their order"
                    + "  -> input = card:HDMI in [audio], if that one is meant"))
        #expect(
            found.contains(
                "WARN  audio output    usb:0001:0002 is two cards that are alike"
                    + "  -> output = usb:0001:0002:SERIAL in [audio] (intercomctl audio list)"))
    }
}
