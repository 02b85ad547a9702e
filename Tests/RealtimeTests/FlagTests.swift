import Realtime
import Testing

@Suite struct FlagTests {
    @Test func aRaisedFlagIsLoweredOnce() {
        let flag = Flag()
        let atFirst = flag.lower()
        flag.raise()
        flag.raise()
        #expect(!atFirst && flag.lower() && !flag.lower())
    }
}
