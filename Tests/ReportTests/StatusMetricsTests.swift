import Testing

@testable import Report

/// The names are an interface: this text may get more of them, never lose or rename one.
private let golden = """
    # TYPE intercom_build_info gauge
    intercom_build_info{version="0.1.0",station="kitchen"} 1
    # TYPE intercom_uptime_seconds gauge
    intercom_uptime_seconds 273600
    # TYPE intercom_problems gauge
    intercom_problems 1
    # TYPE intercom_notes gauge
    intercom_notes 0
    # TYPE intercom_realtime gauge
    intercom_realtime 1
    # TYPE intercom_memory_locked gauge
    intercom_memory_locked 0
    # TYPE intercom_microphone_open gauge
    intercom_microphone_open 1
    # TYPE intercom_microphone_clips counter
    intercom_microphone_clips_total 3
    # TYPE intercom_microphone_peak_dbfs gauge
    intercom_microphone_peak_dbfs -6.5
    # TYPE intercom_microphone_rms_dbfs gauge
    intercom_microphone_rms_dbfs -18.5
    # TYPE intercom_speaker_clips counter
    intercom_speaker_clips_total 0
    # TYPE intercom_microphone_snr_decibels gauge
    intercom_microphone_snr_decibels 43.5
    # TYPE intercom_media_cpu_seconds counter
    intercom_media_cpu_seconds_total 0.123456
    # TYPE intercom_media_periods counter
    intercom_media_periods_total 1000
    # TYPE intercom_media_heap_calls counter
    intercom_media_heap_calls_total 0
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
    # TYPE intercom_device_xruns counter
    intercom_device_xruns_total{side="input",device="usb:0d8c:0014"} 2
    intercom_device_xruns_total{side="output",device="card:Device"} 0
    # TYPE intercom_button_state gauge
    intercom_button_state{button="ptt",state="released"} 0
    intercom_button_state{button="ptt",state="pressed"} 1
    intercom_button_state{button="ptt",state="unreadable"} 0
    # TYPE intercom_lamp_state gauge
    intercom_lamp_state{lamp="mic",state="on"} 1
    intercom_lamp_state{lamp="mic",state="off"} 0
    intercom_lamp_state{lamp="mic",state="failed"} 0
    # TYPE intercom_relay_state gauge
    intercom_relay_state{relay="door",state="on"} 0
    intercom_relay_state{relay="door",state="off"} 1
    intercom_relay_state{relay="door",state="failed"} 0
    # TYPE intercom_channel_talking gauge
    intercom_channel_talking{channel="house"} 1
    # TYPE intercom_peers gauge
    intercom_peers 1
    # TYPE intercom_peer_state gauge
    intercom_peer_state{peer="garage",state="up"} 1
    intercom_peer_state{peer="garage",state="stale"} 0
    intercom_peer_state{peer="garage",state="down"} 0
    # TYPE intercom_peer_talking gauge
    intercom_peer_talking{peer="garage"} 0
    # TYPE intercom_peer_psk gauge
    intercom_peer_psk{peer="garage"} 1
    # TYPE intercom_peer_heard_age_seconds gauge
    intercom_peer_heard_age_seconds{peer="garage"} 0.4
    # TYPE intercom_peer_session_age_seconds gauge
    intercom_peer_session_age_seconds{peer="garage"} 12.5
    # TYPE intercom_peer_rtt_seconds gauge
    intercom_peer_rtt_seconds{peer="garage"} 0.001
    # TYPE intercom_peer_jitter_seconds gauge
    intercom_peer_jitter_seconds{peer="garage"} 0.0006
    # TYPE intercom_peer_playout_delay_seconds gauge
    intercom_peer_playout_delay_seconds{peer="garage"} 0.02
    # TYPE intercom_peer_loss_ratio gauge
    intercom_peer_loss_ratio{peer="garage"} 0
    # TYPE intercom_peer_concealed_ratio gauge
    intercom_peer_concealed_ratio{peer="garage"} 0.005
    # TYPE intercom_peer_delay_seconds gauge
    intercom_peer_delay_seconds{peer="garage"} 0.0485
    # TYPE intercom_peer_mos gauge
    intercom_peer_mos{peer="garage"} 4.25
    # TYPE intercom_peer_bytes_sent counter
    intercom_peer_bytes_sent_total{peer="garage"} 115000
    # TYPE intercom_peer_bytes_opened counter
    intercom_peer_bytes_opened_total{peer="garage"} 103500
    # TYPE intercom_peer_packets_sent counter
    intercom_peer_packets_sent_total{peer="garage"} 1000
    # TYPE intercom_peer_packets_opened counter
    intercom_peer_packets_opened_total{peer="garage"} 900
    # TYPE intercom_peer_packets_refused counter
    intercom_peer_packets_refused_total{peer="garage"} 1
    # TYPE intercom_peer_claims_refused counter
    intercom_peer_claims_refused_total{peer="garage"} 3
    # TYPE intercom_datagrams_dropped counter
    intercom_datagrams_dropped_total{cause="replay"} 1
    # TYPE intercom_frames_sent counter
    intercom_frames_sent_total 10
    # EOF

    """

@Suite struct StatusMetricsTests {
    @Test func typesAndSamplesAreThisText() {
        let lines = sample().openMetrics.split(separator: "\n", omittingEmptySubsequences: false)
        let told = lines.filter { !$0.hasPrefix("# HELP ") && !$0.hasPrefix("# UNIT ") }
        #expect(told.joined(separator: "\n") == golden)
        #expect(lines.count { $0.hasPrefix("# HELP ") } == lines.count { $0.hasPrefix("# TYPE ") })
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
