import Testing

@testable import HAL

extension AudioOnSimulatedCard {
    @Suite struct CardControlTests {
        private func controls(
            of device: PCMName, _ direction: PCMError.Direction
        ) -> [CardControl]? {
            guard let mixer = CardMixer(of: device, direction) else { return nil }
            return mixer.controls(direction)
        }

        @Test func controlsAreReadAndSetByName() {
            let device = SimCard().pcm()
            #expect(
                controls(of: device, .playback)
                    == [.init(name: "Speaker", direction: .playback, percent: 50, isMuted: false)])
            let mic = CardControl.set(
                .init(name: "Mic", percent: 100, isMuted: true), of: device, .capture)
            #expect(mic?.percent == 100 && mic?.isMuted == true)
            #expect(controls(of: device, .capture) == mic.map { [$0] })
            // Values that are not set stay.
            let again = CardControl.set(
                .init(name: nil, percent: nil, isMuted: false), of: device, .capture)
            #expect(again?.percent == 100 && again?.isMuted == false)
        }

        @Test func aMixerThatIsKeptOpenSeesWhatOthersChange() {
            let device = SimCard().pcm()
            guard let mixer = CardMixer(of: device, .playback) else {
                Issue.record("the simulated card has no mixer")
                return
            }
            #expect(mixer.controls(.playback)?.map { $0.isSilent } == [false])
            _ = CardControl.set(
                .init(name: "Speaker", percent: nil, isMuted: true), of: device, .playback)
            #expect(mixer.controls(.playback)?.map { $0.isMuted } == [true])
            _ = CardControl.set(
                .init(name: "Speaker", percent: 0, isMuted: false), of: device, .playback)
            #expect(mixer.controls(.playback)?.map { $0.percent } == [0])
            #expect(mixer.controls(.playback)?.map { $0.isMuted } == [false])
        }

        @Test func whatIsNotThereIsNotSet() {
            let device = SimCard().pcm()
            let bass = CardControl.Change(name: "Bass", percent: 1, isMuted: nil)
            #expect(CardControl.set(bass, of: device, .playback) == nil)
            #expect(controls(of: .card("Nobody"), .capture) == nil)
        }
    }
}

@Suite struct CardControlChoiceTests {
    private func control(_ name: String, percent: Int? = 1, isMuted: Bool? = nil) -> CardControl {
        CardControl(name: name, direction: .playback, percent: percent, isMuted: isMuted)
    }

    @Test func whatLetsNothingThroughIsFoundOnTheWayAndNotBesideIt() {
        let fine = [control("Master", percent: 40, isMuted: false), control("PCM", percent: 90)]
        func silencing(_ more: [CardControl], _ name: String? = nil) -> String? {
            CardControl.silencing(fine + more, name, .playback)?.name
        }
        #expect(silencing([]) == nil)
        // A headphone socket is off while nothing is plugged in.
        #expect(silencing([control("Headphone", percent: 0, isMuted: true)]) == nil)
        #expect(silencing([control("Headphone", percent: 0)], "Headphone") == "Headphone")
        let muted = [control("Master", percent: 40, isMuted: true), control("PCM", percent: 90)]
        #expect(CardControl.silencing(muted, nil, .playback)?.name == "Master")
        let low = [control("Master", percent: 40, isMuted: false), control("PCM", percent: 0)]
        #expect(CardControl.silencing(low, nil, .playback)?.name == "PCM")
    }

    @Test func whatAMicrophoneGivesPassesItsOwnControlAndTheCardsCapture() {
        func silencing(_ mic: Bool, _ capture: Bool, line: Bool = false) -> String? {
            let controls = [("Mic", mic), ("Line", line), ("Capture", capture)].map {
                CardControl(name: $0.0, direction: .capture, percent: 50, isMuted: $0.1)
            }
            return CardControl.silencing(controls, nil, .capture)?.name
        }
        #expect(silencing(false, false) == nil)
        #expect(silencing(true, false) == "Mic")
        #expect(silencing(false, true) == "Capture")
        #expect(silencing(false, false, line: true) == nil)
    }

    @Test func theUsualOneIsChosenUnlessNamed() {
        let controls = ["Headphone", "PCM", "Beep"].map { control($0) }
        #expect(CardControl.chosen(among: controls, nil, .playback)?.name == "PCM")
        #expect(CardControl.chosen(among: controls, "Beep", .playback)?.name == "Beep")
        #expect(CardControl.chosen(among: controls, "Bass", .playback) == nil)
        #expect(CardControl.chosen(among: [control("Odd")], nil, .playback)?.name == "Odd")
        #expect(CardControl.chosen(among: ["A", "B"].map { control($0) }, nil, .playback) == nil)
    }
}
