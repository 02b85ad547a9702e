import Testing

@testable import Audio

@Suite struct LevelSurveyTests {
    /// A second of a square wave of this amplitude, after two of another.
    private func survey(_ amplitude: Int16, room: Int16 = 0, offset: Int16 = 0) -> LevelSurvey {
        var survey = LevelSurvey()
        for index in 0..<300 {
            let height = index < 200 ? room : amplitude
            var frame = Block(repeating: 0)
            for i in frame.indices { frame[i] = (i / 24 % 2 == 0 ? height : -height) + offset }
            survey.add(frame)
        }
        return survey
    }

    @Test(arguments: [
        (Int16(0), LevelSurvey.Verdict.silent), (3, .silent), (33, .quiet), (150, .quiet),
        (1_000, .normal), (8_000, .normal), (20_000, .loud), (32_767, .clipping),
    ])
    func isNamed(_ amplitude: Int16, _ verdict: LevelSurvey.Verdict) {
        #expect(survey(amplitude).verdict == verdict)
    }

    @Test func speechAndRoomAreToldApart() {
        let survey = survey(3_277, room: 33)
        #expect(abs(survey.level - -20) < 0.1)
        #expect(abs(survey.noiseFloor - -60) < 0.2)
    }

    @Test func aConstantPartIsNoSound() {
        let survey = survey(0, offset: 2_000)
        #expect(survey.verdict == .silent && survey.level == LevelMeter.floor)
    }

    @Test func aFrameMoreGivesItsOwnLevel() {
        var survey = LevelSurvey()
        #expect(survey.level == LevelMeter.floor && survey.noiseFloor == LevelMeter.floor)
        var frame = Block(repeating: 0)
        for i in frame.indices { frame[i] = i % 2 == 0 ? 3_277 : -3_277 }
        #expect(abs(survey.add(frame) - -20) < 0.1)
    }

    @Test func twoSamplesAtFullScaleAreNoClip() {
        var survey = LevelSurvey()
        var frame = Block(repeating: 100)
        for i in stride(from: 0, to: 400, by: 4) { (frame[i], frame[i + 1]) = (32_767, -32_768) }
        survey.add(frame)
        #expect(survey.clips == 0)
        for i in 0..<3 { frame[i] = -32_768 }
        survey.add(frame)
        #expect(survey.clips == 1)
    }
}
