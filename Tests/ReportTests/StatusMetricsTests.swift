import Testing

@testable import Report

/// The names are an interface: this text may get more of them, never lose or rename one.
private let golden = """
    # HELP intercom_build_info The version of the daemon and the station's name.
    # TYPE intercom_build_info gauge
    intercom_build_info{version="0.1.0",station="kitchen"} 1
    # HELP intercom_uptime_seconds Time since the daemon began.
    # TYPE intercom_uptime_seconds gauge
    # UNIT intercom_uptime_seconds seconds
    intercom_uptime_seconds 273600
    # HELP intercom_problems Problems; see intercomctl status.
    # TYPE intercom_problems gauge
    intercom_problems 1
    # HELP intercom_notes Advice; see intercomctl status.
    # TYPE intercom_notes gauge
    intercom_notes 0
    # HELP intercom_realtime Whether the audio thread has real-time priority.
    # TYPE intercom_realtime gauge
    intercom_realtime 1
    # HELP intercom_memory_locked Whether the daemon's memory is locked in RAM.
    # TYPE intercom_memory_locked gauge
    intercom_memory_locked 0
    # HELP intercom_microphone_open Whether the microphone is open.
    # TYPE intercom_microphone_open gauge
    intercom_microphone_open 1
    # HELP intercom_microphone_clips How often the sound was clipped.
    # TYPE intercom_microphone_clips counter
    intercom_microphone_clips_total 3
    # HELP intercom_microphone_peak_dbfs Relative to full scale, in decibels.
    # TYPE intercom_microphone_peak_dbfs gauge
    intercom_microphone_peak_dbfs -6.5
    # HELP intercom_microphone_rms_dbfs Relative to full scale, in decibels.
    # TYPE intercom_microphone_rms_dbfs gauge
    intercom_microphone_rms_dbfs -18.5
    # HELP intercom_speaker_clips How often the sound was clipped.
    # TYPE intercom_speaker_clips counter
    intercom_speaker_clips_total 0
    # HELP intercom_microphone_snr_decibels Speech above noise.
    # TYPE intercom_microphone_snr_decibels gauge
    intercom_microphone_snr_decibels 43.5
    # HELP intercom_media_cpu_seconds Processor time of the audio thread.
    # TYPE intercom_media_cpu_seconds counter
    # UNIT intercom_media_cpu_seconds seconds
    intercom_media_cpu_seconds_total 0.123456
    # HELP intercom_media_periods Periods of sound that were served.
    # TYPE intercom_media_periods counter
    intercom_media_periods_total 1000
    # HELP intercom_media_heap_calls Allocations of the audio thread.
    # TYPE intercom_media_heap_calls counter
    intercom_media_heap_calls_total 0
    # HELP intercom_device_state 1 for the state of a sound card's side.
    # TYPE intercom_device_state gauge
    intercom_device_state{side="input",device="usb:0d8c:0014",state="open"} 1
    intercom_device_state{side="input",device="usb:0d8c:0014",state="absent"} 0
    intercom_device_state{side="input",device="usb:0d8c:0014",state="busy"} 0
    intercom_device_state{side="input",device="usb:0d8c:0014",state="none"} 0
    intercom_device_state{side="input",device="usb:0d8c:0014",state="failed"} 0
    intercom_device_state{side="output",device="card:Device",state="open"} 0
    intercom_device_state{side="output",device="card:Device",state="absent"} 1
    intercom_device_state{side="output",device="card:Device",state="busy"} 0
    intercom_device_state{side="output",device="card:Device",state="none"} 0
    intercom_device_state{side="output",device="card:Device",state="failed"} 0
    # HELP intercom_device_xruns How often sound was lost at a card.
    # TYPE intercom_device_xruns counter
    intercom_device_xruns_total{side="input",device="usb:0d8c:0014"} 2
    intercom_device_xruns_total{side="output",device="card:Device"} 0
    # HELP intercom_button_state 1 for the state of a button.
    # TYPE intercom_button_state gauge
    intercom_button_state{button="ptt",state="released"} 0
    intercom_button_state{button="ptt",state="pressed"} 1
    intercom_button_state{button="ptt",state="unreadable"} 0
    # HELP intercom_lamp_state 1 for the state of a lamp.
    # TYPE intercom_lamp_state gauge
    intercom_lamp_state{lamp="mic",state="on"} 1
    intercom_lamp_state{lamp="mic",state="off"} 0
    intercom_lamp_state{lamp="mic",state="failed"} 0
    # HELP intercom_relay_state 1 for the state of a relay.
    # TYPE intercom_relay_state gauge
    intercom_relay_state{relay="door",state="on"} 0
    intercom_relay_state{relay="door",state="off"} 1
    intercom_relay_state{relay="door",state="failed"} 0
    # HELP intercom_channel_talking Whether this station talks to a channel.
    # TYPE intercom_channel_talking gauge
    intercom_channel_talking{channel="house"} 1
    # HELP intercom_peers How many peers are configured.
    # TYPE intercom_peers gauge
    intercom_peers 1
    # HELP intercom_peer_state 1 for the state of a peer.
    # TYPE intercom_peer_state gauge
    intercom_peer_state{peer="garage",state="up"} 1
    intercom_peer_state{peer="garage",state="stale"} 0
    intercom_peer_state{peer="garage",state="down"} 0
    # HELP intercom_peer_talking Whether a peer is heard now.
    # TYPE intercom_peer_talking gauge
    intercom_peer_talking{peer="garage"} 0
    # HELP intercom_peer_psk Whether a peer has a pre-shared key.
    # TYPE intercom_peer_psk gauge
    intercom_peer_psk{peer="garage"} 1
    # HELP intercom_peer_heard_age_seconds Time since the last packet of a peer.
    # TYPE intercom_peer_heard_age_seconds gauge
    # UNIT intercom_peer_heard_age_seconds seconds
    intercom_peer_heard_age_seconds{peer="garage"} 0.4
    # HELP intercom_peer_session_age_seconds Time since a peer's session began.
    # TYPE intercom_peer_session_age_seconds gauge
    # UNIT intercom_peer_session_age_seconds seconds
    intercom_peer_session_age_seconds{peer="garage"} 12.5
    # HELP intercom_peer_rtt_seconds Round trip to a peer.
    # TYPE intercom_peer_rtt_seconds gauge
    # UNIT intercom_peer_rtt_seconds seconds
    intercom_peer_rtt_seconds{peer="garage"} 0.001
    # HELP intercom_peer_jitter_seconds Jitter of a peer's packets.
    # TYPE intercom_peer_jitter_seconds gauge
    # UNIT intercom_peer_jitter_seconds seconds
    intercom_peer_jitter_seconds{peer="garage"} 0.0006
    # HELP intercom_peer_playout_delay_seconds How long a peer's voice waits here.
    # TYPE intercom_peer_playout_delay_seconds gauge
    # UNIT intercom_peer_playout_delay_seconds seconds
    intercom_peer_playout_delay_seconds{peer="garage"} 0.02
    # HELP intercom_peer_loss_ratio Share of a peer's frames that were lost lately.
    # TYPE intercom_peer_loss_ratio gauge
    # UNIT intercom_peer_loss_ratio ratio
    intercom_peer_loss_ratio{peer="garage"} 0
    # HELP intercom_peer_concealed_ratio Share of a peer's voice that was concealed.
    # TYPE intercom_peer_concealed_ratio gauge
    # UNIT intercom_peer_concealed_ratio ratio
    intercom_peer_concealed_ratio{peer="garage"} 0.005
    # HELP intercom_peer_delay_seconds Delay of a peer's voice, mouth to ear.
    # TYPE intercom_peer_delay_seconds gauge
    # UNIT intercom_peer_delay_seconds seconds
    intercom_peer_delay_seconds{peer="garage"} 0.0485
    # HELP intercom_peer_mos Quality of a peer's voice, 1 to 4.4.
    # TYPE intercom_peer_mos gauge
    intercom_peer_mos{peer="garage"} 4.25
    # HELP intercom_peer_bytes_sent Bytes sent to a peer, with headers.
    # TYPE intercom_peer_bytes_sent counter
    intercom_peer_bytes_sent_total{peer="garage"} 115000
    # HELP intercom_peer_bytes_opened Bytes of a peer that were genuine.
    # TYPE intercom_peer_bytes_opened counter
    intercom_peer_bytes_opened_total{peer="garage"} 103500
    # HELP intercom_peer_packets_sent Packets sent to a peer.
    # TYPE intercom_peer_packets_sent counter
    intercom_peer_packets_sent_total{peer="garage"} 1000
    # HELP intercom_peer_packets_opened Packets of a peer that were genuine.
    # TYPE intercom_peer_packets_opened counter
    intercom_peer_packets_opened_total{peer="garage"} 900
    # HELP intercom_peer_packets_refused Packets for a peer's session that were forged or repeated.
    # TYPE intercom_peer_packets_refused counter
    intercom_peer_packets_refused_total{peer="garage"} 1
    # HELP intercom_peer_claims_refused Requests of a peer that the policy denies.
    # TYPE intercom_peer_claims_refused counter
    intercom_peer_claims_refused_total{peer="garage"} 3
    # HELP intercom_datagrams_dropped Datagrams, or their sound, that were not used.
    # TYPE intercom_datagrams_dropped counter
    intercom_datagrams_dropped_total{cause="replay"} 1
    # HELP intercom_frames_sent Frames encoded and sent, once for each channel or peer talked to.
    # TYPE intercom_frames_sent counter
    intercom_frames_sent_total 10
    # EOF

    """

@Suite struct StatusMetricsTests {
    @Test func isThisText() {
        let text = sample().openMetrics
        #expect(text == golden, "\(text)")
    }

    @Test func aStationWithoutAnythingHasAnEndToo() {
        let text = Status().openMetrics
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(text.contains("\nintercom_peers 0\n"))
        #expect(!text.contains("intercom_peer_state"))
    }

    /// Only backslash, quote and line feed mean anything within a label's quotes.
    @Test func aNameCannotForgeASample() {
        var status = Status()
        status.name = "a\"} 1\n# EOF\n\\"
        let text = status.openMetrics
        #expect(text.contains(#"station="a\"} 1\n# EOF\n\\"} 1"#))
        #expect(text.split(separator: "\n").filter { $0 == "# EOF" }.count == 1)
    }

    @Test func aCounterOfANewerDaemonIsPassedOnIfItCanBeAName() {
        var status = Status()
        status.counters = [
            Counter(name: "fresh_ms", value: 1500), Counter(name: "bad name", value: 1),
            Counter(name: "dropped_new\"cause", value: 2), Counter(name: "x_total", value: 3),
        ]
        let text = status.openMetrics
        #expect(text.contains("# UNIT intercom_fresh_seconds seconds\n"))
        #expect(text.contains("\nintercom_fresh_seconds_total 1.5\n"))
        #expect(text.contains(#"intercom_datagrams_dropped_total{cause="new\"cause"} 2"#))
        #expect(!text.contains("bad name") && !text.contains("x_total"))
    }

    @Test func whatNoClockCountsIsClamped() {
        var status = Status()
        status.counters = [Counter(name: "a_ms", value: .max), Counter(name: "b_ms", value: .min)]
        let text = status.openMetrics
        #expect(text.contains("\nintercom_a_seconds_total 9223372036854.775\n"))
        #expect(text.contains("\nintercom_b_seconds_total -9223372036854.775\n"))
    }

    @Test func numbersKeepSixPlacesAndTheirSign() {
        var metrics = OpenMetrics()
        metrics.family("a", .gauge, "b")
        for number in [0, 1, -1, 1_000_000, 1_500_000, -2_000_001, Int.min] {
            metrics.sample(millionths: number)
        }
        let numbers = metrics.finish().split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map { $0.dropFirst("intercom_a ".count) }
        #expect(
            numbers == [
                "0", "0.000001", "-0.000001", "1", "1.5", "-2.000001", "-9223372036854.775808",
            ])
    }
}
