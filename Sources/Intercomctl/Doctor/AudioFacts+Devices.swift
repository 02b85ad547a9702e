internal import Audio
internal import Config
internal import Control
internal import Files
internal import HAL
internal import Time

extension AudioFacts {
    /// Opens both directions, unless the daemon may have them, and listens for a second.
    init?(_ situation: Situation) {
        guard let audio = situation.config?.audio else { return nil }
        let mayOpen = situation.mayOpen
        let wanted = PCMParameters.Wanted(
            periodSamples: audio.periodSamples, periods: audio.periods)
        var survey: LevelSurvey?
        var input = Side(.capture, audio.input)
        var output = Side(.playback, audio.output)
        Self.listen(&input, audio.input, wanted, mayOpen) { pcm in
            // Both at once, as the daemon has them.
            Self.play(&output, audio.output, wanted, mayOpen)
            survey = Self.survey(&pcm)
        }
        if case .untouched = output.state { Self.play(&output, audio.output, wanted, mayOpen) }
        self.init(input: input, output: output)
        self.survey = survey
        cards = PCMCard.all
        isRunning = situation.status != nil
        guard mayOpen else { return }
        muted = [
            Self.muted(.capture, audio.input, audio.mixerInput),
            Self.muted(.playback, audio.output, audio.mixerOutput),
        ].compactMap { $0 }
    }

    /// The control of a card that is off or at zero.
    private static func muted(
        _ direction: PCMError.Direction, _ device: DeviceName, _ mixer: String?
    ) -> CardControl? {
        guard let name = device.pcm else { return nil }
        return CardControl.silencing(CardControl.all(of: name, direction), mixer, direction)
    }

    private static func listen(
        _ side: inout Side, _ device: DeviceName, _ wanted: PCMParameters.Wanted, _ mayOpen: Bool,
        _ use: (inout CapturePCM) -> Void
    ) {
        guard mayOpen, let name = device.pcm else { return }
        do throws(PCMError) {
            var pcm = try CapturePCM(name: name, wanted: wanted)
            side.name = pcm.device
            let granted = pcm.granted
            try pcm.start()
            use(&pcm)
            side.state = .opened(granted)
        } catch { side.state = .failed(error) }
    }

    /// Opens the speaker, silently.
    private static func play(
        _ side: inout Side, _ device: DeviceName, _ wanted: PCMParameters.Wanted, _ mayOpen: Bool
    ) {
        guard mayOpen, let name = device.pcm else { return }
        do throws(PCMError) {
            let pcm = try PlaybackPCM(name: name, wanted: wanted)
            side.name = pcm.device
            side.state = .opened(pcm.granted)
        } catch { side.state = .failed(error) }
    }

    /// Hears the microphone for a second; nil when it gives nothing.
    private static func survey(_ pcm: inout CapturePCM) -> LevelSurvey? {
        // Converters need a moment to settle after they are switched on.
        let (settling, wanted) = (10, 100)
        let deadline = Clock.now() + patience
        guard var pause = try? EventLoop() else { return nil }
        var survey = LevelSurvey()
        var block = [Int16](repeating: 0, count: pcm.granted.bufferSamples)
        var frame = Block(repeating: 0)
        var (filled, frames) = (0, 0)
        while frames < settling + wanted, Clock.now() < deadline {
            var span = block.mutableSpan
            switch pcm.read(into: &span) {
            case .samples(let count):
                for sample in block[..<count] {
                    frame[filled] = sample
                    filled += 1
                    guard filled == PCM.blockMax else { continue }
                    filled = 0
                    frames += 1
                    if frames > settling { survey.add(frame) }
                }
            case .wouldBlock, .xrun, .suspended:
                _ = pause.wait(until: Clock.now() + .milliseconds(5))
            case .gone: return nil
            }
        }
        return frames > settling ? survey : nil
    }

    /// For a second of sound; a card that hangs is found by then.
    private static let patience = Duration.milliseconds(1500)
}

extension AudioFacts.Side {
    /// A direction of the settings that was not opened yet.
    fileprivate init(_ direction: PCMError.Direction, _ device: DeviceName) {
        let name = device.pcm
        self.init(
            direction: direction,
            name: name?.shown(for: direction) ?? device.description,
            state: name == nil ? .unused : .untouched)
    }
}
