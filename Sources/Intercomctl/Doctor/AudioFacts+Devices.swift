internal import Config
internal import Control
internal import HAL
internal import Time

extension AudioFacts {
    /// Opens both directions, unless the daemon has them, and listens for a second.
    init?(_ situation: Situation) {
        if let status = situation.status, !situation.isUnconfigured {
            self.init(
                input: Side(
                    direction: .capture, name: status.audio.input.name,
                    state: .daemon(status.audio.input)),
                output: Side(
                    direction: .playback, name: status.audio.output.name,
                    state: .daemon(status.audio.output)))
            cards = PCMCard.all
            return
        }
        guard let audio = situation.config?.audio else { return nil }
        let mayOpen = situation.mayOpen
        let request = PCMRequest(periodSamples: audio.periodSamples, periods: audio.periods)
        var sample: SoundSample?
        var played = State.untouched
        let heard = Self.listen(audio.input, request, mayOpen) { pcm in
            // Both at once, as the daemon has them.
            played = Self.play(audio.output, request, mayOpen)
            sample = SoundSample(Self.second(of: &pcm))
        }
        if case .untouched = played { played = Self.play(audio.output, request, mayOpen) }
        self.init(
            input: Side(
                direction: .capture, name: audio.input.description, state: heard),
            output: Side(
                direction: .playback, name: audio.output.description, state: played))
        self.sample = sample
        cards = PCMCard.all
    }

    private static func listen(
        _ device: DeviceName, _ request: PCMRequest, _ mayOpen: Bool,
        _ use: (inout CapturePCM) -> Void
    ) -> State {
        guard let name = pcmName(of: device) else { return .unused }
        guard mayOpen else { return .untouched }
        do throws(PCMError) {
            var pcm = try CapturePCM(name: name, request: request)
            let granted = pcm.granted
            try pcm.start()
            use(&pcm)
            return .opened(granted)
        } catch { return .failed(error) }
    }

    /// Opens the speaker, silently.
    private static func play(
        _ device: DeviceName, _ request: PCMRequest, _ mayOpen: Bool
    ) -> State {
        guard let name = pcmName(of: device) else { return .unused }
        guard mayOpen else { return .untouched }
        do throws(PCMError) {
            return .opened(try PlaybackPCM(name: name, request: request).granted)
        } catch { return .failed(error) }
    }

    /// What the microphone gives in a second, or in as much of it as it gives anything.
    private static func second(of pcm: inout CapturePCM) -> [Int16] {
        let rate = pcm.granted.rate
        // Converters need a moment to settle after they are switched on.
        let settling = rate / 10
        let deadline = Clock.now() + .milliseconds(1500)
        var samples: [Int16] = []
        var block = [Int16](repeating: 0, count: rate / 10)
        guard var pause = try? EventLoop() else { return [] }
        while samples.count < rate + settling, Clock.now() < deadline {
            var span = block.mutableSpan
            switch pcm.read(into: &span) {
            case .samples(let count): samples += block.prefix(count)
            case .wouldBlock, .xrun, .suspended:
                _ = pause.wait(until: Clock.now() + .milliseconds(5))
            case .gone: return Array(samples.dropFirst(settling))
            }
        }
        return Array(samples.dropFirst(settling))
    }

    private static func pcmName(of device: DeviceName) -> PCMName? {
        switch device {
        case .card(let id): .card(id)
        case .usb(let vendor, let product, let serial):
            .usb(vendor: vendor, product: product, serial: serial)
        case .pcm(let name): .pcm(name)
        case .default: .default
        case .none: nil
        }
    }
}
