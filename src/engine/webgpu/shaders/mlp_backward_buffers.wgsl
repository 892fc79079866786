#read params: vec4f
#read uniforms: u32
#if PRE
#read dy: vec4f
#read x: vec4f
#else
#read dnormed: vec4f
#read normal: vec4f
#end
#read scales: f32
#if POST
#read middle: vec4f
#end
#write dx: vec4f
#write dm: vec4f
#if PRE
#write dnormed: vec4f
#end
