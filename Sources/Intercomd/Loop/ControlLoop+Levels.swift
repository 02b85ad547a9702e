internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// Meters for those who watch, and figures for those who ask.
extension ControlLoop {
    /// Fetches the microphone's sound while it is watched, and tells the watchers of it.
    mutating func lookAtMeters() {
        let isDue = meters.look(rings, isWatched: server.isWatched(.levels), at: now)
        if meters.isTrialOverdue(at: now) { endLatencyTrial() }
        if isDue { server.tell(levels()) }
    }

    private mutating func levels() -> Levels {
        var levels = Levels()
        levels.timeMilliseconds = Int(Clock.wallMilliseconds())
        levels.name = config.station.name
        levels.microphone = microphoneStatus
        levels.speaker = speakerMeter
        for peer in roster.numbers where switchboard.voices.isHeard(peer) {
            let reading = LevelMeter.Reading(packed: rings.traffic[peer][.meter])
            var talker = Levels.Talker()
            talker.name = roster[peer].name
            (talker.peakDBFS, talker.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
            levels.talkers.append(talker)
        }
        if isCapturing {
            levels.spectrumDBFS = meters.bands.map { tenths($0) }
        }
        (levels.low, levels.high) = meters.takeExtremes()
        return levels
    }

    /// Whether the microphone's card moves sound now.
    var isCapturing: Bool {
        devices.cards.input.isOpen && switchboard.still[.capture] == nil
            && (plan.keepsCapturing || switchboard.openTalks.isAny)
    }

    var microphoneStatus: Status.Microphone {
        var microphone = Status.Microphone()
        microphone.isOpen = switchboard.openTalks.isAny
        microphone.targets = talkedTo
        if switchboard.openTalks.isAny {
            microphone.bitrate = Int(rings.counters[.bitrate])
            microphone.levelDBFS = -Double(rings.counters[.microphoneLevel]) / 10
        }
        let snr = rings.counters[.signalToNoise]
        if snr > 0 { microphone.snrDB = Double(snr - 1) / 10 }
        microphone.meter = meter(.microphoneMeter, .microphoneClips, isOn: isCapturing)
        return microphone
    }

    var speakerMeter: Status.Meter {
        let isPlaying = devices.cards.output.isOpen && switchboard.still[.playback] == nil
        return meter(.speakerMeter, .speakerClips, isOn: isPlaying)
    }

    private func meter(_ reading: MediaCount, _ clips: MediaCount, isOn: Bool) -> Status.Meter {
        var meter = Status.Meter()
        meter.clips = Int(rings.counters[clips])
        guard isOn else { return meter }
        let reading = LevelMeter.Reading(packed: rings.counters[reading])
        (meter.peakDBFS, meter.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
        return meter
    }

    /// Once a second.
    mutating func followFigures() {
        let elapsed = (now - (figures.at ?? now)).milliseconds
        figures.at = now
        for peer in roster.numbers {
            let traffic = rings.traffic[peer]
            figures.peers[peer].follow(
                sent: traffic[.sentBytes], opened: traffic[.openedBytes],
                playedSamples: traffic[.playedSamples], concealedMs: traffic[.concealedMs],
                milliseconds: Int(elapsed))
        }
    }

    /// The figures of `stats` in a peer's status.
    func addFigures(of peer: Int, to status: inout PeerStatus) {
        let traffic = rings.traffic[peer]
        let figures = figures.peers[peer]
        status.bytesSent = Int(traffic[.sentBytes])
        status.bytesOpened = Int(traffic[.openedBytes])
        status.sentPerSecond = figures.sentPerSecond
        status.openedPerSecond = figures.openedPerSecond
        status.concealedMilliseconds = Int(traffic[.concealedMs])
        status.concealedPercent = figures.concealedPercent
        if switchboard.voices.isHeard(peer) {
            let reading = LevelMeter.Reading(packed: traffic[.meter])
            (status.peakDBFS, status.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
        }
        let known = station.view(of: peer)
        if let report = known.report, let at = known.reportAt {
            status.report.ageSeconds = seconds(now - at)
            status.report.lossPercent = Double(report.loss) * 100 / 256
            status.report.jitterMilliseconds = Double(report.jitter) / 10
            status.report.bufferMilliseconds = Double(report.delay)
            status.report.concealedMilliseconds = Double(report.concealed)
        }
        guard let roundTrip = status.rttMilliseconds, let buffer = status.bufferMilliseconds,
            let loss = status.concealedPercent
        else { return }
        let own = ownDelays
        let delay = own.input + own.codec + roundTrip / 2 + buffer + own.output
        let quality = EModel(delay: delay, loss: loss)
        status.quality.delayMilliseconds = tenths(delay)
        status.quality.rating = tenths(quality.rating)
        status.quality.mos = tenths(quality.mos * 10) / 10
    }

    /// What this station holds back; a peer is taken for alike.
    var ownDelays: OwnDelays {
        OwnDelays(plan, input: devices.cards.input.granted, output: devices.cards.output.granted)
    }
}

/// More places than one nobody reads.
func tenths(_ number: Double) -> Double {
    Double(Int(number < 0 ? number * 10 - 0.5 : number * 10 + 0.5)) / 10
}
