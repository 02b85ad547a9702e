import Audio
import Testing

@testable import HAL
@testable import Intercomctl

@Suite struct AudioFactsTests {
    static let granted = PCMParameters(
        rate: 48_000, channels: 1, format: .s16, periodSamples: 480, bufferSamples: 1920,
        fillSamples: 0)

    func facts(
        _ input: AudioFacts.State, _ output: AudioFacts.State = .opened(granted),
        names: (String, String) = ("card:A", "card:A"), survey: LevelSurvey? = nil
    ) -> AudioFacts {
        var facts = AudioFacts(
            input: .init(direction: .capture, name: names.0, state: input),
            output: .init(direction: .playback, name: names.1, state: output))
        facts.survey = survey
        return facts
    }

    func heard(_ survey: LevelSurvey?) -> [String] {
        Array(lines(.audio, facts(.opened(Self.granted), survey: survey).report(to:)).dropLast())
    }

    /// A second of a square wave of this height; in its last fifth of that one.
    func survey(_ room: Int16, _ speech: Int16) -> LevelSurvey {
        var survey = LevelSurvey()
        for index in 0..<100 {
            let height = index < 80 ? room : speech
            var frame = Block(repeating: 0)
            for i in frame.indices { frame[i] = i / 24 % 2 == 0 ? height : -height }
            survey.add(frame)
        }
        return survey
    }

    let opened = "audio input card:A 48000/mono 480/1920"

    @Test func silenceIsAWarning() {
        #expect(
            heard(survey(0, 0)) == [
                "WARN \(opened), digital silence: muted, or no microphone"
                    + " -> alsamixer, F4: unmute and raise the capture channel"
            ])
    }

    @Test func theNoiseOfAConverterIsNoSilence() {
        #expect(heard(survey(1, 1))[0].hasPrefix("ok \(opened), noise floor -90 dBFS"))
    }

    @Test func aCardThatGivesNothingIsAFailure() {
        #expect(heard(nil)[0].hasPrefix("FAIL \(opened), but no sound comes from it -> "))
    }

    @Test func whatARunningDaemonHasIsLeftToIt() {
        var facts = facts(.untouched, .untouched)
        facts.isRunning = true
        #expect(
            lines(.audio, facts.report(to:)) == [
                "ok audio input card:A: left to intercomd, which runs -> intercomctl test mic",
                "ok audio output card:A: left to intercomd, which runs"
                    + " -> intercomctl test speaker",
            ])
    }

    @Test(arguments: [PCMError.Direction.capture, .playback])
    func aCardThatIsMutedIsAWarning(_ direction: PCMError.Direction) {
        var facts = facts(.opened(Self.granted), survey: survey(33, 3_277))
        let word = direction == .capture ? "input" : "output"
        for (isMuted, how) in [(true, "muted"), (false, "at 0 %")] {
            facts.muted = [
                CardControl(name: "Level", direction: direction, percent: 0, isMuted: isMuted)
            ]
            let found = lines(.audio, facts.report(to:)).filter { $0.hasPrefix("WARN") }
            #expect(found.count == 1)
            #expect(
                found[0].hasPrefix("WARN audio \(word)")
                    && found[0].contains(" control Level of card:A is \(how) -> "))
        }
    }

    @Test(arguments: [
        "pcm:hw:1", "pcm:plughw:0,0", "pcm:dsnoop:CARD=2", "pcm:sysdefault:0",
    ])
    func aCardByItsNumberIsAWarning(name: String) {
        #expect(AudioFacts.isNumbered(name))
        let found = diagnosis(
            .audio, facts(.opened(Self.granted), names: (name, name)).report(to:)
        ).checks
        #expect(found.count { $0.verdict == .warn } == 2)
    }

    @Test(arguments: [
        "pcm:hw:CARD=Device", "card:Device", "usb:0d8c:0014", "default", "pcm:kitchen",
        "pcm:plughw:2ndCard", "pcm:hw:",
    ])
    func aCardByItsNameIsNot(name: String) {
        #expect(!AudioFacts.isNumbered(name))
    }

    @Test func twinsAreTold() {
        let usb = PCMCard.USB(vendor: 1, product: 2, serial: nil)
        func card(_ id: String, _ usb: PCMCard.USB?) -> PCMCard {
            PCMCard(id: id, name: id, usb: usb, captures: true, plays: false)
        }
        var facts = facts(.opened(Self.granted), names: ("default", "usb:0001:0002"))
        facts.cards = [card("HDMI", nil), card("A", usb), card("A_1", usb)]
        let found = lines(.audio, facts.report(to:))
        #expect(
            found.contains(
                "WARN audio output usb:0001:0002 fits 2 cards that are alike"
                    + " -> output = card:A or card:A_1 in [audio]"))
    }
}
