import Realtime
import Testing

@Suite struct FlagTests {
    @Test func aRaisedFlagIsLoweredOnce() {
        let flag = Flag()
        let atFirst = flag.lower()
        flag.raise()
        flag.raise()
        let (raised, again) = (flag.lower(), flag.lower())
        #expect(!atFirst && raised && !again)
    }
}
